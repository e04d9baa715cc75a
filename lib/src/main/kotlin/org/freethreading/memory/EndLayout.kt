package org.freethreading.memory

/**
 * One end of a pipe between processes, and who has it:
 *
 *     line 0    | marks 8 | place of the pipe 8 | its generation 8 | which end 8 |
 *     line 1    | who takes part 16 | who carries it 16 |      a bit for each process
 *
 *     takes part    has opened a handle of it, or used it       set by itself; cleared by whoever buries it
 *     carries       has it packed, for somebody who may not     set and cleared by itself; cleared by whoever buries it
 *                   have got it, or may never open it
 *     taken         who took part, or carried it, or was        the only mark; set, for good, before his bit is cleared
 *                   sent it, is dead
 *
 * Whoever gets it carries it before the handle counts as arrived, and takes part before he carries it no more; a handle
 * sets out before it counts as no longer carried. So it is deserted when it was taken, and now nobody takes part, nobody
 * carries it, and no handle is on its way; all of them seen without a handle setting out or arriving in between. It may
 * be taken again.
 */
internal class EndLayout(private val records: Records, private val index: Int) {
    val participants = records.bits(index, LINE)
    val carriers = records.bits(index, LINE + Bits.BYTES)
    private val marks = records.word(index, 0)
    private val place = records.word(index, PLACE)
    private val generation = records.word(index, GENERATION)
    private val side = records.word(index, SIDE)

    /** Where the word is that both ends have. */
    val pipe: Address
        get() = place.value.let { Address(Record.fileOf(it), Record.indexOf(it), generation.value.toInt()) }

    /** Which of the two ends it is. */
    val number: Int get() = side.value.toInt()

    /** It is end [number] of the pipe at [pipe]. */
    fun prepare(pipe: Address, number: Int) {
        place.value = (pipe.file.toLong() shl Int.SIZE_BITS) or pipe.index.toLong()
        generation.value = pipe.generation.toLong()
        side.value = number.toLong()
    }

    fun isHadBy(slot: Int): Boolean = participants[slot] || carriers[slot]

    /** The process at [slot] is dead. */
    fun forget(slot: Int) {
        if (isHadBy(slot)) wasTaken() // first: who sets his own bit then sees one or both
        participants.clear(slot)
        carriers.clear(slot)
    }

    /** Somebody who is dead had it. */
    fun wasTaken() {
        marks.value = TAKEN
    }

    /** Whether somebody had it who is dead. If not, it is not deserted, and has never been. */
    val isTaken: Boolean get() = marks.value == TAKEN

    fun isDeserted(): Boolean {
        if (!isTaken) return false
        while (true) {
            val flights = records.flights(index)
            if (Records.isOnTheWay(flights) || !carriers.isEmpty || !participants.isEmpty) return false
            if (records.flights(index) == flights) return true
        }
    }

    private companion object {
        const val TAKEN = 1L
        const val PLACE = 8
        const val GENERATION = 16
        const val SIDE = 24
        const val LINE = 64
    }
}
