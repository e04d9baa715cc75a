package org.freethreading.cell

import org.freethreading.memory.EndLayout
import org.freethreading.memory.Peer
import org.freethreading.memory.PeerTable
import org.freethreading.memory.QueueLayout
import org.freethreading.memory.Record
import org.freethreading.memory.Records
import org.freethreading.memory.Store
import org.freethreading.memory.TracksLayout
import org.freethreading.warn
import java.io.IOException

/**
 * Frees what a dead process held, in each record. All of it can be done twice, so that it does not matter when who does
 * it dies. Whoever waits is to look again afterwards.
 *
 *     locks         free, with a notice                      permits      free
 *     barriers      broken, if it has ever taken part        conditions   what was granted to it is lost, so that all
 *     queues        what it took counts as done, or comes back            others are granted a wake-up without a signal
 *     pipes         an end is marked that nobody has any more
 */
internal class Recovery(private val dead: Peer, private val store: Store) {
    fun recover(records: Records) {
        for (index in 0 until records.count) {
            try {
                if (records.isUsed(index)) recover(records, index)
                leave(records, index)
            } catch (damaged: RuntimeException) { // by whoever: the others are to be free all the same
                log(records, index, damaged)
            } catch (unopened: IOException) { // a chunk's file: what lies there stays, and nobody waits for it
                log(records, index, unopened)
            } catch (cut: InternalError) { // the file of a chunk, or this one, is shorter than it was
                log(records, index, cut)
            }
        }
    }

    private fun leave(records: Records, index: Int) {
        if (!records.detach(index, dead.slot)) return
        try {
            freeContents(records, index, store)
        } finally {
            records.finish(index)
        }
    }

    private fun log(records: Records, index: Int, failure: Throwable) =
        warn("what lies at {0} in file {1} was damaged: {2}", index, records.number, failure)

    private fun recover(records: Records, index: Int) {
        val kind = Kind.of(records.kind(index)) ?: return
        for (line in 0 until kind.cells) records.cell(index, line).forget(dead.slot)
        fun word(offset: Int) = SharedVariable(records.word(index, offset))
        when (kind) {
            Kind.LOCK -> LockWord.abandon(word(0), dead.asOwner)
            Kind.SEMAPHORE -> for (i in 0 until OwnedPermits.MOST) word(LINE + i * WORD).compareAndSet(dead.asOwner, 0)
            Kind.BARRIER -> if (records.bits(index, LINE)[dead.slot]) breakBarrier(word(0), records, index)
            Kind.CONDITION -> recoverCondition(::word)
            Kind.QUEUE, Kind.REDELIVERING_QUEUE -> recoverQueue(records, index, kind == Kind.REDELIVERING_QUEUE)
            Kind.CONNECTION -> EndLayout(records, index).let { end ->
                if (end.isHadBy(dead.slot) || records.isUser(index, dead.slot)) recoverEnd(end)
            }
            Kind.EVENT, Kind.VALUE, Kind.CHUNK, Kind.ARRAY, Kind.LARGE_ARRAY, Kind.PIPE -> Unit
        }
    }

    private fun breakBarrier(word: Variable, records: Records, index: Int) {
        word.update { it or BarrierWord.BROKEN }
        records.bits(index, LINE).clear(dead.slot)
    }

    private fun recoverEnd(end: EndLayout) {
        end.forget(dead.slot)
        store.settle(end)
    }

    private fun recoverCondition(word: (offset: Int) -> Variable) {
        word(LINE + dead.slot * WORD).value = 0
        for (slot in PeerTable.SLOTS) {
            if (slot != dead.slot) word(LINE + slot * WORD).update(ConditionWord::grantAll)
        }
    }

    private fun recoverQueue(records: Records, index: Int, redelivers: Boolean) {
        val record = Record(records, index)
        val layout = QueueLayout(record)
        val (putting, getting) = listOf(PUTTING, GETTING).map { SharedVariable(records.word(index, it * LINE)) }
        if (LockWord.isHeldBy(getting.value, dead.asOwner)) layout.complete(dead.slot)
        when {
            !redelivers -> layout.settleAll(dead.slot)
            layout.done(dead.slot).value < layout.taken(dead.slot) -> TracksLayout(record).returned.set(dead.slot)
        }
        LockWord.abandon(putting, dead.asOwner)
        LockWord.abandon(getting, dead.asOwner)
    }

    private companion object {
        const val LINE = 64
        const val WORD = 8
        const val PUTTING = 3
        const val GETTING = 4
    }
}

/**
 * Frees what hangs on a record that nobody uses any more: a queue's chunks, an array's file, the other end of a pipe.
 */
internal fun freeContents(records: Records, index: Int, store: Store) {
    when (val kind = Kind.of(records.kind(index))) {
        Kind.LARGE_ARRAY -> store.remove(records.number)

        Kind.CONNECTION -> store.close(EndLayout(records, index))

        else -> {
            val record = Record(records, index)
            val queue = QueueLayout(record)
            queue.freeChunks(store)
            if (kind == Kind.REDELIVERING_QUEUE) TracksLayout(record).freeChunks(queue, store)
        }
    }
}
