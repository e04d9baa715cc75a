package org.freethreading.deadlock

import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/** How many calls are told of a stack. */
private const val DEPTH = 16L

private val WALKER: StackWalker = StackWalker.getInstance()

/** Where the calling thread has called this library. */
internal fun placeHere(): List<StackTraceElement> = WALKER.walk { frames ->
    frames.map { it.toStackTraceElement() }.dropWhile(::isInside).limit(DEPTH).toList()
}

/** Whether a coroutine runs on the calling thread. */
internal fun isInCoroutine(): Boolean = WALKER.walk { frames -> frames.anyMatch { it.className == RESUMES } }

/** Where [thread] has called this library. */
internal fun placeOf(thread: Thread): List<StackTraceElement> =
    thread.stackTrace.dropWhile(::isInside).take(DEPTH.toInt())

/** Where the coroutine that [frame] belongs to has called this library. A frame tells how far its function has come. */
internal fun placeOf(frame: CoroutineStackFrame): List<StackTraceElement> =
    generateSequence(frame) { it.callerFrame }.mapNotNull { it.getStackTraceElement() }
        .dropWhile(::isInside).take(DEPTH.toInt()).toList()

/**
 * What stands for the coroutine that [frame] belongs to: its outermost frame, which stays the same in whatever it
 * calls, through `withContext`, `coroutineScope` and `withTimeout`, and is another one in what it launches.
 */
internal fun coroutineOf(frame: CoroutineStackFrame): Any {
    var outermost = frame
    while (true) outermost = outermost.callerFrame ?: return outermost
}

/** What goes on with a coroutine, on whatever thread. */
private const val RESUMES = "kotlin.coroutines.jvm.internal.BaseContinuationImpl"

private fun isInside(frame: StackTraceElement): Boolean {
    val name = frame.className.substringBefore('$')
    return name in OWN || OWN_ROOMS.any(name::startsWith)
}

/** What stands on the stack between the call of the user and the wait. */
private val OWN = listOf("Lock", "LockKt", "RLock", "Condition", "PlainMonitor", "ReentrantMonitor")
    .map { "org.freethreading.$it" } + listOf("Lock", "RLock", "Condition", "Hold").map { "org.freethreading.java.$it" }
private val OWN_ROOMS = listOf(
    "org.freethreading.deadlock.", "org.freethreading.cell.", "java.util.concurrent.locks.", "jdk.internal.",
    "java.lang.VirtualThread", "java.lang.Thread", "sun.misc.", "kotlinx.coroutines.", "java.lang.System",
)
