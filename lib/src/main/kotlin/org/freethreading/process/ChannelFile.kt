package org.freethreading.process

import org.freethreading.memory.Fault
import org.freethreading.memory.Segment
import org.freethreading.peers.ProgramDirectory
import java.io.IOException
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.Path
import java.nio.file.attribute.BasicFileAttributes
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

/**
 * The file of a channel, mapped. When its child is dead the next one gets it: what is unmapped goes back to the system
 * only when the garbage collector finds out, which may take long where little else happens.
 *
 *     new ---> used by a channel ---> free ---> renewed, and used by another channel
 *
 * Somebody may still hold the channel that has used it before. What such a one does comes to nothing, because it is of
 * an earlier epoch, as commands are, or shows an earlier ticket, as all that concerns batches does; nothing else is
 * sent or received by a channel after the end of its child.
 */
internal class ChannelFile private constructor(val path: Path, val memory: Segment) {
    private val identity = identityOf(path)
    private var epoch = 0L

    /** The ticket of the batch that was handed over last, by whichever channel. Guarded by who uses the channel. */
    var lastTicket = 0

    /** Nobody uses it any more: its child is dead, and nothing is taken in or handed over. */
    fun giveBack() {
        if (count.incrementAndGet() <= MOST) {
            try {
                free.add(this)
            } catch (unable: OutOfMemoryError) {
                count.decrementAndGet()
                throw unable
            }
        } else {
            count.decrementAndGet()
            delete()
        }
    }

    /** Whether it is not as long as it was, or gone; what was read from it may be wrong then. No error of it comes later. */
    val isDamaged: Boolean
        get() {
            val length = try {
                Files.size(path)
            } catch (_: IOException) {
                -1
            }
            return (length < Channel.SIZE).also { if (it) Fault.take() }
        }

    /** It is not used again, and the memory is left to the garbage collector. */
    fun delete() {
        try {
            Files.deleteIfExists(path)
        } catch (_: IOException) {
            // It goes with the directory.
        }
    }

    /** Makes it as if it were new; false if the last child, or whoever clears away there, has put it out of order. */
    private fun renew(): Boolean = try {
        val isWhole = identityOf(path) == identity
        if (isWhole) Channel.renew(memory, ++epoch)
        isWhole
    } catch (_: IOException) {
        false
    } catch (_: InternalError) { // it is shorter than it was
        false
    }

    companion object {
        /** How many are kept. */
        private const val MOST = 32

        private val free = ConcurrentLinkedQueue<ChannelFile>()
        private val count = AtomicInteger()

        /** Where those lie that are free. */
        val kept: List<Path> get() = free.map { it.path }

        /**
         * One that is free, or a new one.
         *
         * @throws IOException if it cannot be made, or there is no space for it
         */
        fun take(): ChannelFile {
            while (true) {
                val used = free.poll() ?: return create()
                count.decrementAndGet()
                if (used.renew()) return used
                used.delete()
            }
        }

        /** What a file at the same path would not have, nor the same one if it had another size. */
        private fun identityOf(path: Path): List<Any?> =
            Files.readAttributes(path, BasicFileAttributes::class.java, NOFOLLOW_LINKS)
                .let { listOf(it.isRegularFile, it.fileKey(), it.size()) }

        private fun create(): ChannelFile {
            val path = ProgramDirectory.own.newFile(".channel", Channel.SIZE.toLong())
            return ChannelFile(path, Segment.create(path, Channel.SIZE))
        }
    }
}
