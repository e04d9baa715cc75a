package org.freethreading.deadlock

import kotlin.coroutines.Continuation
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/**
 * That a lock was taken: by whom and where. Made only while somebody wants to know ([Watch.isOn]).
 *
 * @property taker the thread, or what stands for the coroutine
 * @property frame the coroutine's frame; null for a thread
 * @property isVague a thread has only tried to take it, for a coroutine that may go on elsewhere
 */
internal class Taken private constructor(
    val lock: Subject,
    val taker: Any,
    val name: String,
    val frame: CoroutineStackFrame?,
    val place: List<StackTraceElement>,
    val isVague: Boolean = false,
) {
    /** The lock is free again. */
    fun isOver() = Order.drop(this)

    companion object {
        /** By the calling thread; [waited]: it would have waited for good. */
        fun here(lock: Subject, waited: Boolean): Taken {
            val thread = Thread.currentThread()
            val isVague = !waited && isInCoroutine()
            return Taken(lock, thread, nameOf(thread), null, placeHere(), isVague).also { Order.add(it, waited) }
        }

        /** By the coroutine that goes on with [continuation]. */
        fun by(continuation: Continuation<*>, lock: Subject, waited: Boolean): Taken {
            val frame = continuation as? CoroutineStackFrame
            val place = frame?.let { placeOf(it, callHere()) }.orEmpty().ifEmpty { placeHere() }
            val taker = frame?.let(::coroutineOf) ?: continuation
            return Taken(lock, taker, nameOf(continuation.context), frame, place).also { Order.add(it, waited) }
        }
    }
}
