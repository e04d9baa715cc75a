package org.freethreading.deadlock

import kotlinx.coroutines.CoroutineName
import org.freethreading.cell.CoroutineWaiter
import org.freethreading.cell.ThreadWaiter
import org.freethreading.cell.Waiter
import org.freethreading.worker.Registry
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext

private val pid = ProcessHandle.current().pid()

/** What to call who waits. */
internal fun nameOf(waiter: Waiter): String = when (waiter) {
    is ThreadWaiter -> nameOf(waiter.thread)
    is CoroutineWaiter -> nameOf((waiter.frame as? Continuation<*>)?.context, "#${waiter.number} ")
    else -> "$waiter"
}

internal fun nameOf(thread: Thread): String = "thread '${thread.name}' (process $pid)"

internal fun nameOf(context: CoroutineContext?, number: String = ""): String {
    val name = context?.get(CoroutineName)?.let { "'${it.name}' " } ?: number
    val worker = context?.get(Registry.Context)?.worker ?: Registry.root
    return "coroutine ${name}of worker '${worker.name}' (process $pid)"
}
