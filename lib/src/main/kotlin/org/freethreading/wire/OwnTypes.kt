package org.freethreading.wire

/** What to do instead of sending one of this library's own types that stay where they were made; null for others. */
internal fun remedyForOwn(type: Class<*>): String? =
    if (type.packageName in FACES) REMEDIES[type.simpleName] else null

/** The packages of both faces; a type and its twin have the same name. */
private val FACES = setOf("org.freethreading", "org.freethreading.java")

private const val ASK = "Have it done where it was made: a Queue can tell that process what is wanted"

private val REMEDIES = mapOf(
    "Confined" to "Hand its owner what is to be done with it, by post, submit or async",
    "Timer" to "Use it where it was made: an Event or a Queue can tell others",
    "Worker" to ASK,
    "WorkerGroup" to ASK,
    "WorkerPool" to "$ASK; or make another pool inside the task",
    "WorkerPoolExecutor" to "$ASK; or make another executor inside the task",
)
