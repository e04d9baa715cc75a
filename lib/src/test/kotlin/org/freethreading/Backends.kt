package org.freethreading

import java.time.Duration

/** The backends that the contracts run on, strict, so that what is proven here does not break on processes. */
internal object Backends {
    private val javaHasVirtualThreads = Runtime.version().feature() >= 21

    /** For what only threads can do. */
    val ofThreads: List<Backend> = listOfNotNull(
        Backend.threads(strict = true),
        if (javaHasVirtualThreads) Backend.virtualThreads(strict = true) else null,
    )

    /** A contract tells them apart by what they can do, as [canKill] says. */
    val all: List<Backend> = ofThreads + Backend.processes()
}

/** Whether a worker can be stopped whatever it does. */
internal val Backend.canKill: Boolean get() = name() == "processes"

/** How long a worker takes at most, though it be fresh and have classes to load, to begin a task and do a trivial one. */
internal val Backend.moment: Duration get() = if (canKill) Duration.ofSeconds(1) else Duration.ofMillis(50)

/** [many], or few where a round that starts a worker takes long. */
internal fun Backend.rounds(many: Int): Int = if (canKill) minOf(many, 10) else many
