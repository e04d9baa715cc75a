package org.freethreading

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.util.concurrent.ConcurrentHashMap
import kotlin.random.Random
import kotlin.time.Duration

/** Runs [block] while in every [pause] a process of the pool [pool] is killed; gives those that were. */
internal suspend fun amidKills(pool: String, pause: Duration, random: Random, block: suspend () -> Unit): Set<Long> =
    coroutineScope {
        val killed = ConcurrentHashMap.newKeySet<Long>()
        val killer = launch(Dispatchers.IO) {
            while (true) {
                delay(pause)
                val pid = pidsOf(pool).filter { it > 0 && it !in killed }.randomOrNull(random) ?: continue
                if (ProcessHandle.of(pid).map { it.destroyForcibly() }.orElse(false)) killed += pid
            }
        }
        try {
            block()
        } finally {
            killer.cancel()
        }
        killed
    }
