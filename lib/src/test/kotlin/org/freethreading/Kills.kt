package org.freethreading

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.serialization.KSerializer
import kotlinx.serialization.json.Json
import java.io.Serializable
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.random.Random
import kotlin.time.Duration

/** Children that find the library and the tests only: with all that the tests use one takes twice as long to start. */
internal val SLIM_PROCESSES: Backend = Backend.processes {
    classPath = listOf(Worker::class, Board::class, Unit::class, Job::class, KSerializer::class, Json::class)
        .map { Path.of(it.java.protectionDomain.codeSource.location.toURI()) }
        .distinct()
}

/** On which processes enter themselves when they begin to do something: before that it would prove little to kill them. */
internal class Roll : Serializable {
    private val pids = Numbers()

    val entries: Set<Long> get() = pids.entries.mapTo(HashSet()) { it.toLong() }

    /** To be called by tasks; the first one of a process enters it. */
    fun enter() {
        if (entered.compareAndSet(false, true)) pids.put(ProcessHandle.current().pid().toInt())
    }

    private companion object {
        const val serialVersionUID = 1L
        val entered = AtomicBoolean()
    }
}

/**
 * Runs [block] while in every [pause] a process of the pool [pool] that is on [roll] is killed, as long as more than
 * [spared] are: a machine may need longer than that to start another. Gives those
 * that were killed, and shows [block] those that were so far.
 */
internal suspend fun amidKills(
    pool: String,
    roll: Roll,
    spared: Int,
    pause: Duration,
    random: Random,
    block: suspend (killed: Set<ProcessHandle>) -> Unit,
): Set<ProcessHandle> = coroutineScope {
    val killed = ConcurrentHashMap.newKeySet<ProcessHandle>() // which knows one from a later one with the same pid
    val killer = launch(Dispatchers.IO) {
        while (true) {
            delay(pause)
            val begun = roll.entries
            val living = pidsOf(pool).filter { it in begun }.mapNotNull { ProcessHandle.of(it).orElse(null) } - killed
            if (living.size > spared) living.random(random).takeIf(ProcessHandle::destroyForcibly)?.let(killed::add)
        }
    }
    try {
        block(killed)
    } finally {
        killer.cancel()
    }
    killed
}
