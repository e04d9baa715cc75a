package org.freethreading.wire

/**
 * Whether [type] is one of the values of Java, Kotlin and this library that do no more than hold what they are given.
 *
 * Left out on purpose, though they are serialisable: `java.net.URL` (its hash code asks the network), `CopiesList` (a
 * few bytes that say two thousand million elements), `java.time.zone` (arrays before they are checked), the queues that
 * block (their locks may arrive locked, and nobody would ever unlock them), everything that holds functions.
 */
internal fun isKnownValue(type: Class<*>): Boolean = when {
    type.name in EXCLUDED -> false
    type.name in NAMES || type.name in PRIMITIVES -> true
    Throwable::class.java.isAssignableFrom(type) ->
        type.packageName in OURS || THROWING.any { type.name.startsWith(it) }
    Enum::class.java.isAssignableFrom(type) && isPlatform(type) -> true
    else -> type.packageName in PACKAGES || type == JsonBox::class.java || type == SingletonName::class.java
}

/** Their exceptions are values, too. */
private val THROWING = listOf("java.", "kotlin.", "kotlinx.coroutines.", "kotlinx.serialization.")
private val OURS = setOf("org.freethreading", "org.freethreading.java", "org.freethreading.worker")

private val PACKAGES =
    setOf(
        "java.math",
        "java.time",
        "java.time.chrono",
        "java.time.temporal",
        "java.util",
        "java.util.concurrent.atomic",
        "kotlin",
        "kotlin.collections",
        "kotlin.collections.builders",
        "kotlin.enums",
        "kotlin.ranges",
        "kotlin.time",
        "kotlin.uuid",
        "kotlinx.serialization.json",
    )

private val NAMES =
    setOf(
        "org.freethreading.Deadlock",
        "org.freethreading.Deadlock\$Wait",
        "java.lang.Boolean",
        "java.lang.Byte",
        "java.lang.Character",
        "java.lang.Class",
        "java.lang.Double",
        "java.lang.Enum",
        "java.lang.Float",
        "java.lang.Integer",
        "java.lang.Long",
        "java.lang.Number",
        "java.lang.Object",
        "java.lang.Record",
        "java.lang.Short",
        "java.lang.StackTraceElement",
        "java.lang.String",
        "java.lang.StringBuffer",
        "java.lang.StringBuilder",
        "java.io.File",
        "java.io.Serializable", // of arrays
        "java.lang.CharSequence",
        "java.lang.Comparable",
        "java.net.Inet4Address",
        "java.net.Inet6Address",
        "java.net.InetAddress",
        "java.net.InetSocketAddress",
        "java.net.URI",
        "java.sql.Date",
        "java.sql.Time",
        "java.sql.Timestamp",
        "java.util.concurrent.ConcurrentHashMap",
        "java.util.concurrent.ConcurrentHashMap\$CollectionView",
        "java.util.concurrent.ConcurrentHashMap\$KeySetView",
        "java.util.concurrent.ConcurrentHashMap\$Segment",
        "java.util.concurrent.ConcurrentLinkedDeque",
        "java.util.concurrent.ConcurrentLinkedQueue",
        "java.util.concurrent.ConcurrentSkipListMap",
        "java.util.concurrent.ConcurrentSkipListSet",
        "java.util.concurrent.CopyOnWriteArrayList",
        "java.util.concurrent.CopyOnWriteArraySet",
        // Of the segments that a ConcurrentHashMap writes for the sake of old readers.
        "java.util.concurrent.locks.AbstractOwnableSynchronizer",
        "java.util.concurrent.locks.AbstractQueuedSynchronizer",
        "java.util.concurrent.locks.ReentrantLock",
        "java.util.concurrent.locks.ReentrantLock\$FairSync",
        "java.util.concurrent.locks.ReentrantLock\$NonfairSync",
        "java.util.concurrent.locks.ReentrantLock\$Sync",
        "java.util.regex.Pattern",
        "kotlin.text.Regex",
        "kotlin.text.Regex\$Serialized",
        "sun.util.calendar.ZoneInfo",
    )

/** What primitives that processes share are written as, and become; and their Java faces. */
private val PRIMITIVES =
    listOf(
        "Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "Queue", "RLock", "Semaphore", "SimpleQueue",
        "SharedBoolean", "SharedDouble", "SharedInt", "SharedList", "SharedLong", "SharedMap",
        "SharedByteArray", "SharedDoubleArray", "SharedIntArray", "SharedLongArray", "Connection", "Pipe", "BothEnds",
    )
        .flatMap { listOf("org.freethreading.$it\$Handle", "org.freethreading.$it", "org.freethreading.java.$it") }
        .plus("org.freethreading.cell.SharedHandle")
        .plus(
            listOf("Keeper", "Post", "Post\$Handle", "Presence", "Presence\$Handle", "Ticket")
                .map { "org.freethreading.$it" },
        ).toSet()

private val EXCLUDED =
    setOf(
        "java.util.Collections\$CopiesList",
        "java.util.EventObject",
    )
