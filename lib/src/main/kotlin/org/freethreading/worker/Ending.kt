package org.freethreading.worker

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.withContext
import org.freethreading.insist
import kotlin.coroutines.CoroutineContext

/**
 * A sink for whoever waits as one waits for a coroutine: until the element has really ended. One that was cancelled, or
 * whose worker was terminated, may still be at work in its process for a while.
 */
internal class Ending(private val whenDone: (failure: Throwable?) -> Unit = {}) : Sink {
    private val result = CompletableDeferred<Any?>()
    private val over = Job()

    override fun done(element: Element, result: Any?, failure: Throwable?) {
        if (failure == null) this.result.complete(result) else this.result.completeExceptionally(failure)
        whenDone(failure)
    }

    /** Returns [element], which has this sink, when it tells of its end as well. */
    fun of(element: Element): Element = element.also { it.whenOver = Runnable { insist { over.complete() } } }

    /** Suspends until [element] has ended; a cancelled caller stops it. */
    @OptIn(ExperimentalCoroutinesApi::class)
    suspend fun await(element: Element): Any? {
        try {
            result.join()
            val failure = result.getCompletionExceptionOrNull() ?: return result.getCompleted()
            awaitOver()
            throw failure
        } catch (cancelled: CancellationException) {
            element.cancel(interrupt = true)
            awaitOver()
            throw cancelled
        }
    }

    /** As [await], by a coroutine that belongs to no scope. */
    @OptIn(DelicateCoroutinesApi::class) // it ends with the element
    fun asDeferred(element: Element): Deferred<Any?> =
        GlobalScope.async(AtOnce, CoroutineStart.UNDISPATCHED) { await(element) }

    private suspend fun awaitOver() = withContext(NonCancellable) { over.join() }

    /** Resumes whoever cancels or completes at once: not behind what that one has begun, as `Unconfined` does. */
    private object AtOnce : CoroutineDispatcher() {
        override fun dispatch(context: CoroutineContext, block: Runnable) = block.run()
    }
}
