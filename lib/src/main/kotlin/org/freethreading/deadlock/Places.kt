package org.freethreading.deadlock

import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/** How many calls are told of a stack. */
private const val DEPTH = 16

private val WALKER: StackWalker = StackWalker.getInstance()

/** Where the calling thread has called this library. */
internal fun placeHere(): List<StackTraceElement> = WALKER.walk { frames ->
    cut(frames.map { it.toStackTraceElement() }.iterator().asSequence()).map(CallSites::of)
}

/** The call of this library that the calling thread is in; null if a coroutine has only come back to it here. */
internal fun callHere(): StackTraceElement? = WALKER.walk { frames ->
    frames.map { it.toStackTraceElement() }.dropWhile(::isInside).findFirst().orElse(null)
}?.takeUnless { it.className == RESUMES }?.let(CallSites::of)

/** Whether a coroutine runs on the calling thread. */
internal fun isInCoroutine(): Boolean = WALKER.walk { frames -> frames.anyMatch { it.className == RESUMES } }

/** Where [thread] has called this library. */
internal fun placeOf(thread: Thread): List<StackTraceElement> =
    cut(thread.stackTrace.asSequence()).map(CallSites::of)

/**
 * Where the coroutine that [frame] belongs to has called this library. A frame tells how far its function has come, but
 * in a function with a class of its own only it can be found out where code was inlined; [call] says better where the
 * innermost one is, if it is known.
 */
internal fun placeOf(frame: CoroutineStackFrame, call: StackTraceElement?): List<StackTraceElement> {
    val place = cut(generateSequence(frame) { it.callerFrame }.mapNotNull { it.getStackTraceElement() })
        .map { if (it.methodName == LAMBDA_BODY) CallSites.of(it) else it }
    val first = place.firstOrNull() ?: return listOfNotNull(call)
    val isThere = call != null && call.className == first.className && call.methodName == first.methodName
    return if (isThere) listOf(call) + place.drop(1) else place
}

/**
 * What stands for the coroutine that [frame] belongs to: its outermost frame, which stays the same in whatever it
 * calls, through `withContext`, `coroutineScope` and `withTimeout`, and is another one in what it launches.
 */
internal fun coroutineOf(frame: CoroutineStackFrame): Any {
    var outermost = frame
    while (true) outermost = outermost.callerFrame ?: return outermost
}

/** What the user has called, and what has called that; not how the worker has got there. */
private fun cut(stack: Sequence<StackTraceElement>): List<StackTraceElement> =
    stack.dropWhile(::isInside).takeWhile { !it.className.startsWith(WORKERS) }
        .filterNot { LAMBDA in it.className }.take(DEPTH).toList()

private const val WORKERS = "org.freethreading.worker."

/** What a suspending lambda is called. */
private const val LAMBDA_BODY = "invokeSuspend"

/** Of a class that has no file. */
private const val LAMBDA = "\$\$Lambda"

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
    "org.freethreading.deadlock.", "org.freethreading.cell.", "org.freethreading.peers.", "org.freethreading.memory.",
    "org.freethreading.worker.Callbacks", "java.util.concurrent.locks.", "java.util.concurrent.ConcurrentHashMap",
    "jdk.internal.", "sun.nio.", "java.nio.", "java.lang.VirtualThread", "java.lang.Thread", "sun.misc.",
    "kotlinx.coroutines.", "java.lang.System",
)
