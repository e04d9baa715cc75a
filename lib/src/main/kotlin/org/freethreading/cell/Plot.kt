package org.freethreading.cell

import org.freethreading.memory.Address
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * The piece of memory that one primitive has, in cells and words that are zero at first: a part of this heap, or a
 * record that processes share.
 */
internal interface Plot {
    /** This process, as the owner of what it takes; 0 where there is no other. */
    val owner: Long

    /** What to call another process that owns something. */
    fun nameOf(owner: Long): String

    /** Where it lies, for others to find it; null in this heap. */
    val address: Address?

    /** What it is among all that processes share, ever; null in this heap. */
    val key: String? get() = address?.let { (file, index, generation) -> "$file.$index.$generation" }

    /** A word for each process, which lie behind the first line. */
    fun ledger(): Ledger

    /** [permits] of a semaphore, all of them free if it [isNew]. */
    fun permits(permits: Int, isNew: Boolean): Permits

    /** Notes for good that this process has taken part, so that its death may be felt. Does nothing in this heap. */
    fun takePart()

    /** To follow every [takePart]. */
    fun partIsOver()

    /**
     * Its first [size] bytes, in little endian, at a multiple of 8. Whoever uses them has to keep this.
     *
     * @throws IndexOutOfBoundsException if there are fewer
     */
    fun bytes(size: Int): ByteBuffer

    /**
     * The same, for others: as long as somebody holds that, or a part of it, it stays what it is.
     *
     * @throws java.io.UncheckedIOException if it cannot be had
     */
    fun view(size: Int): ByteBuffer

    /**
     * The record of end [number] of the pipe that has the record [pipe], if it is one: to be told once. Does nothing in
     * this heap.
     */
    fun prepareEnd(pipe: Plot, number: Int)

    /** Notes that this process takes part in the end of a pipe, until it dies. Does nothing in this heap. */
    fun joinEnd()

    /** The cell that takes up the cache line [line]. */
    fun cell(line: Int): Cell

    /** Makes one in the same memory for a primitive of [kind]. */
    fun another(kind: Kind): Plot
}

/** In this heap. The cells are made as they are asked for. */
internal class HeapPlot(private val kind: Kind) : Plot {
    override val owner: Long get() = 0

    override val address: Address? get() = null

    override fun nameOf(owner: Long) = "process $owner"

    private val cells = arrayOfNulls<Cell>(kind.cells)

    override fun ledger(): Ledger = HeapLedger(HeapCell(0))

    override fun permits(permits: Int, isNew: Boolean): Permits {
        val count = cell(0)
        if (isNew) count.value = permits.toLong()
        return CountedPermits(count)
    }

    override fun takePart() = Unit

    override fun partIsOver() = Unit

    private var memory: ByteBuffer? = null

    override fun bytes(size: Int): ByteBuffer = memory ?: ByteBuffer.allocateDirect(size + Long.SIZE_BYTES)
        .alignedSlice(Long.SIZE_BYTES).slice(0, size).order(ByteOrder.LITTLE_ENDIAN).also { memory = it }

    override fun view(size: Int): ByteBuffer = bytes(size).slice(0, size).order(ByteOrder.LITTLE_ENDIAN)

    override fun prepareEnd(pipe: Plot, number: Int) = Unit

    override fun joinEnd() = Unit

    override fun cell(line: Int): Cell =
        cells[line] ?: (if (kind.isQueue) HeapCell.Apart(0) else HeapCell(0)).also { cells[line] = it }

    override fun another(kind: Kind): Plot = HeapPlot(kind)
}
