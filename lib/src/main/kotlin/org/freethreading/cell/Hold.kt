package org.freethreading.cell

import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlin.coroutines.CoroutineContext

/** What a reentrant lock is called in the contexts of the coroutines that hold it. */
internal class HoldKey : CoroutineContext.Key<Hold>

/**
 * Says, in the context of a coroutine, that this coroutine holds the lock of [key] as [owner].
 *
 * It must stay with the coroutine through `withContext`, `withTimeout` and nested scopes, and must not reach the
 * coroutines that it launches: these run beside it. kotlinx.coroutines copies such an element when `withContext` adds
 * it and when a new coroutine inherits it. So the first copy is the one that holds, and its own copies do not:
 *
 *     offered -- copy --> holding -- copy --> not holding -- copy --> not holding
 *
 * While the coroutine runs, the element is also found through a thread-local, so that a blocking call inside knows it.
 * A thread runs one coroutine inside another at times (undispatched starts), hence a chain; the innermost counts.
 */
@OptIn(ExperimentalCoroutinesApi::class, DelicateCoroutinesApi::class)
internal class Hold private constructor(
    override val key: HoldKey,
    private val stage: Stage,
    private val claimed: Any?,
) : CopyableThreadContextElement<HoldChain?> {
    /** The owner as which this coroutine holds the lock, or null. */
    val owner: Any? get() = if (stage == Stage.HOLDING) claimed else null

    override fun copyForChild(): Hold = when (stage) {
        Stage.OFFERED -> Hold(key, Stage.HOLDING, claimed)
        Stage.HOLDING -> Hold(key, Stage.NOT_HOLDING, null)
        Stage.NOT_HOLDING -> this
    }

    override fun mergeForChild(overwritingElement: CoroutineContext.Element): CoroutineContext =
        (overwritingElement as Hold).copyForChild()

    override fun updateThreadContext(context: CoroutineContext): HoldChain? {
        val outer = CHAIN.get()
        CHAIN.set(HoldChain(this, outer))
        return outer
    }

    override fun restoreThreadContext(context: CoroutineContext, oldState: HoldChain?) {
        if (oldState == null) CHAIN.remove() else CHAIN.set(oldState)
    }

    private enum class Stage { OFFERED, HOLDING, NOT_HOLDING }

    companion object {
        private val CHAIN = ThreadLocal<HoldChain?>()

        /** The element to add to a context with `withContext`, so that what runs there holds the lock of [key]. */
        fun of(key: HoldKey, owner: Any): Hold = Hold(key, Stage.OFFERED, owner)

        /** The owner as which the coroutine that runs on this thread holds the lock of [key], or null. */
        fun ownerHere(key: HoldKey): Any? {
            var link = CHAIN.get()
            while (link != null && link.hold.key !== key) link = link.outer
            return link?.hold?.owner
        }
    }
}

/** The elements of the coroutines that run on a thread, one inside the other. */
internal class HoldChain(val hold: Hold, val outer: HoldChain?)
