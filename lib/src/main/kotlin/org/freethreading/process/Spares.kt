package org.freethreading.process

import org.freethreading.insist
import org.freethreading.peers.AtExit
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Children that are there before they are asked for: up to [limit], all made by one recipe, which is the one used last
 * and before that.
 *
 *     take: a spare, also one that is just being started     else: start one, as if there were no spares
 *     soon afterwards, when nobody is starting one: begin the next spare
 *
 * A child that is being started as a spare is given away all the same, as it will be there sooner than one begun now.
 * In a burst all children are started at once, and no processor is busy with spares while it lasts, nor while a child
 * that has just been taken begins its work.
 */
internal class Spares<R : Any, C : Any>(
    private val limit: Int,
    private val start: (R) -> C,
    private val isAlive: (C) -> Boolean,
    private val kill: (C) -> Unit,
) {
    private val guard = ReentrantLock()

    // All guarded by guard
    private val spares = ArrayDeque<CompletableFuture<C>>()
    private var recipe: R? = null // of the spares
    private var rival: R? = null // used once since
    private var beingTaken = 0
    private var isRefillDue = false

    /** A child by [recipe]. What [start] throws is thrown here. */
    fun take(recipe: R): C {
        if (limit == 0) return start(recipe)
        val spare = guard.withLock {
            beingTaken++
            adopt(recipe)
            if (recipe == this.recipe) spares.removeFirstOrNull() else null
        }
        var isGood = false
        try {
            return (spare?.let { claim(it) } ?: start(recipe)).also { isGood = true }
        } finally {
            guard.withLock {
                beingTaken--
                if (isGood) refill()
            }
        }
    }

    /** Two uses in a row make another recipe that of the spares; taking turns does not. */
    private fun adopt(used: R) {
        when (used) {
            recipe -> rival = null

            else -> if (recipe == null || used == rival) {
                dismiss()
                recipe = used
                rival = null
            } else {
                rival = used
            }
        }
    }

    /** Null if the spare has failed or died: then one is started in the open, where a failure is the caller's. */
    private fun claim(spare: CompletableFuture<C>): C? = try {
        val child = spare.get()
        if (isAlive(child)) {
            child
        } else {
            kill(child)
            null
        }
    } catch (_: ExecutionException) {
        null
    } catch (_: InterruptedException) {
        spare.thenAccept(kill)
        Thread.currentThread().interrupt() // and the start will say so
        null
    }

    private fun refill() {
        if (isRefillDue || recipe == null) return
        isRefillDue = true
        try {
            CompletableFuture.delayedExecutor(PAUSE_MILLIS, MILLISECONDS, Runnable::run).execute {
                guard.withLock {
                    isRefillDue = false
                    begin()
                }
            }
        } catch (_: OutOfMemoryError) { // no thread can be had: whoever takes a child next tries again
            isRefillDue = false
        }
    }

    private fun begin() {
        val wanted = recipe ?: return
        if (beingTaken > 0) return
        while (spares.size < limit && !AtExit.isNow) {
            val spare = CompletableFuture<C>()
            try {
                daemon("freethreading-spare") { fill(spare, wanted) }
            } catch (_: OutOfMemoryError) { // no thread can be had: there is none, then
                return
            }
            spares.add(spare)
        }
    }

    private fun fill(spare: CompletableFuture<C>, wanted: R) {
        try {
            spare.complete(start(wanted))
        } catch (failure: Throwable) {
            // Whoever asks next learns why, from a start of his own.
            insist { guard.withLock { spares.remove(spare) } }
            insist { spare.completeExceptionally(failure) }
        }
    }

    /** Whoever takes a child need not wait for the end of another one. */
    private fun dismiss() {
        spares.forEach { spare -> spare.thenAccept { daemon("freethreading-dismissal") { kill(it) } } }
        spares.clear()
    }

    private companion object {
        /** How long a child that has been taken has the processors for itself. */
        const val PAUSE_MILLIS = 50L
    }
}
