package org.freethreading.cell

import org.freethreading.memory.DamagedException
import org.freethreading.memory.Peer
import org.freethreading.memory.Records
import org.freethreading.memory.UnfinishedException
import org.freethreading.peers.Peers
import org.freethreading.warn
import java.io.IOException
import java.nio.file.NoSuchFileException

/** Frees what processes have held that are dead, in all files of the program: [Recovery] says how that is done in one. */
internal class Burial(private val peers: Peers, private val memory: SharedMemory) {
    /**
     * Buries the processes with these [pids] and all below them, which are dead or get killed for it, and wakes whoever
     * waits.
     */
    fun bury(pids: Set<Long>) {
        val dead = peers.proveDead(pids)
        if (dead.isEmpty()) return
        try {
            peers.recordFiles().forEach { recover(it, dead) }
            dead.forEach(peers::strikeOff)
            memory.leaveCollected()
        } finally {
            memory.wakeAll() // for what has been freed, if it was not all
        }
    }

    private fun recover(number: Int, dead: List<Peer>) {
        try {
            val records = open(number, dead) ?: return
            dead.forEach { Recovery(it, memory).recover(records) }
            if (records.isLarge && records.isOver(0)) remove(number) // who was to do it may be dead
        } catch (damaged: RuntimeException) { // whoever has written that: the others are to be free all the same
            warn("what lies in file {0} was damaged: {1}", number, "$damaged")
        } catch (cut: InternalError) { // the file is shorter than it was
            warn("what lies in file {0} was damaged: {1}", number, "$cut")
        }
    }

    private fun remove(number: Int) = try {
        peers.removeRecords(number)
    } catch (failure: IOException) { // it goes with the program
        warn("what a dead process shared takes up space: {0}", "$failure")
    }

    /** A file in which [dead] may have held something; null if there is nothing to free, or nothing that could be. */
    private fun open(number: Int, dead: List<Peer>): Records? {
        var tries = 0
        while (true) {
            try {
                return memory.find(number)
            } catch (_: UnfinishedException) { // nobody else has ever seen it
                if (dead.any { it.slot == SharedMemory.makerOf(number) }) remove(number)
                return null
            } catch (_: NoSuchFileException) {
                return null
            } catch (damaged: DamagedException) {
                if (number !in peers.recordFiles()) return null // it was just being removed
                warn("what a dead process shared is lost: {0}", damaged.message)
                return null
            } catch (failure: IOException) { // too many open files, mostly: until it works the dead holds on to it
                if (++tries == TRIES) throw failure
                Thread.sleep(PAUSE_MILLIS)
            }
        }
    }

    private companion object {
        /** Ten seconds, in which others may close what they have open. */
        const val TRIES = 500
        const val PAUSE_MILLIS = 20L
    }
}
