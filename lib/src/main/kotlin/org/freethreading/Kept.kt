package org.freethreading

import org.freethreading.queue.Refused

/**
 * An object that one process keeps and all use, as a worker gets at it: in the heap ([KeptForThreads],
 * or [KeptForOthers] by the process that keeps it), or by letters to its keeper ([KeptElsewhere]).
 *
 * A step of the object is an [Operation], done where it is kept, whole or not at all. Functions of the user's run at
 * the caller, between two steps ([changing]): so they need not travel, can suspend, and never run in a process that has
 * no reason to trust them; and nobody but those who would change the same waits for them.
 *
 *     caller                            keeper
 *     takes its turn (RLock)
 *     claim(entry)         -------->    notes the claim          plain changes of the entry are told to wait
 *                          <--------    number, what is there
 *     runs the function
 *     change(number, ...)  -------->    does it if the claim still holds
 *     ends its turn
 */
internal abstract class Kept<S : Claimable>(val protocol: Protocol<S>) {
    abstract val turns: Turns

    /** What the object stores of [value]. @throws NotShippableException if it cannot travel, where it has to */
    abstract fun pack(value: Any?, role: String): Any?

    /** The value that is [stored]; a copy, where the workers are processes. */
    abstract fun open(stored: Any?): Any?

    /** Has the object do [operation], suspending until it is done. Says where it failed, and how. */
    abstract suspend fun call(operation: Operation<S>, arguments: List<Any?>): Any?

    /** As [call], but blocks the calling thread. */
    @Throws(InterruptedException::class)
    abstract fun callBlocking(operation: Operation<S>, arguments: List<Any?>): Any?

    /** As [call], but does not wait, and nobody will hear how it went; it may not be done at all. */
    abstract fun tell(operation: Operation<S>, arguments: List<Any?>)

    /** Which of the [turns] is for [what]. */
    open fun partOf(what: Any?): Int = 0

    /** What the primitive [face] of this serialises to: a handle that [make] makes, if it can travel. */
    abstract fun handleOf(face: Any, make: (Ticket) -> Any): Any

    suspend fun change(operation: Operation<S>, what: Any?, vararg more: Any?): Any? {
        turns.requireNone(protocol.what)
        val answer = call(operation, listOf(Claimable.NONE, what, *more))
        return if (answer === Refused.BUSY) changing(operation, what) { more.asList() } else answer
    }

    /** As [change], but blocks the calling thread. */
    fun changeBlocking(operation: Operation<S>, what: Any?, vararg more: Any?): Any? {
        turns.requireNone(protocol.what)
        val answer = callBlocking(operation, listOf(Claimable.NONE, what, *more))
        return if (answer === Refused.BUSY) changingBlocking(operation, what) { more.asList() } else answer
    }

    /**
     * Has the object do [operation] to [what], with the arguments that [next] makes of what is there. If it makes
     * nothing, nothing is done. It is asked again if everything was cleared meanwhile.
     */
    suspend fun changing(operation: Operation<S>, what: Any?, next: suspend (Any?) -> List<Any?>?): Any? {
        turns.requireNone(protocol.what)
        return turns[partOf(what)].withLock { claiming(operation, what, { o, a -> call(o, a) }) { next(it) } }
    }

    /** As [changing], but blocks the calling thread. */
    inline fun changingBlocking(operation: Operation<S>, what: Any?, next: (Any?) -> List<Any?>?): Any? {
        turns.requireNone(protocol.what)
        return turns[partOf(what)].duringTurn { claiming(operation, what, { o, a -> callBlocking(o, a) }, next) }
    }

    inline fun claiming(
        operation: Operation<S>,
        what: Any?,
        call: (Operation<S>, List<Any?>) -> Any?,
        next: (Any?) -> List<Any?>?,
    ): Any? {
        while (true) {
            val (number, there) = call(protocol.claim, listOf(what)) as List<*>
            var more: List<Any?>? = null
            try {
                more = next(there)
            } finally {
                if (more == null) tell(protocol.release, listOf(what, number))
            }
            if (more == null) return null
            val answer = call(operation, listOf(number, what) + more)
            if (answer !== Refused.STALE) return answer
        }
    }
}
