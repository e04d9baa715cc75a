package org.freethreading.deadlock

import org.freethreading.cell.CoroutineWaiter
import org.freethreading.cell.ThreadWaiter
import org.freethreading.cell.Waiter
import java.io.ByteArrayInputStream
import java.io.DataInputStream
import java.io.DataOutputStream
import java.io.IOException
import java.util.IdentityHashMap

/**
 * What one process sees: who of its own waits for which lock, and which shared locks they hold.
 *
 * Whoever is in it has waited all the time while the holders were looked at. So it can not have taken a lock or freed
 * one meanwhile.
 */
internal class View(val waits: List<Wait>, val holdings: List<Holding>) {
    /**
     * @property number of the wait; no other one in this process, ever, has the same
     * @property isSpared may not be chosen to give up
     * @property key of the lock, if it is shared
     * @property holder the wait in which the holder is, if that waits, too, and in this process; 0 otherwise
     */
    class Wait(
        val number: Long,
        val isSpared: Boolean,
        val isHeldElsewhere: Boolean,
        val key: String?,
        val lock: String,
        val holder: Long,
        val name: String,
        val waitsAt: List<StackTraceElement>,
        val takenAt: List<StackTraceElement>,
    )

    /** That who is in wait [number] holds the lock of [key]. */
    class Holding(val key: String, val number: Long, val takenAt: List<StackTraceElement>)

    fun write(out: DataOutputStream) {
        out.writeInt(waits.size)
        for (wait in waits) {
            out.writeLong(wait.number)
            out.writeBoolean(wait.isSpared)
            out.writeBoolean(wait.isHeldElsewhere)
            out.writeUTF(wait.key.orEmpty())
            out.writeUTF(wait.lock)
            out.writeLong(wait.holder)
            out.writeUTF(wait.name.take(NAME))
            out.writePlace(wait.waitsAt)
            out.writePlace(wait.takenAt)
        }
        out.writeInt(holdings.size)
        for (holding in holdings) {
            out.writeUTF(holding.key)
            out.writeLong(holding.number)
            out.writePlace(holding.takenAt)
        }
    }

    companion object {
        /** What can be written of a name, whatever its characters. */
        private const val NAME = 1000

        /** Null if it makes no sense: whoever has written that is left out. */
        fun readOrNull(answer: ByteArray): View? = try {
            read(DataInputStream(ByteArrayInputStream(answer)))
        } catch (_: IOException) {
            null
        } catch (_: IllegalArgumentException) {
            null
        }

        private fun read(input: DataInputStream) = View(
            List(input.readCount()) {
                Wait(
                    input.readLong(), input.readBoolean(), input.readBoolean(), input.readUTF().ifEmpty { null },
                    input.readUTF(), input.readLong(), input.readUTF(), input.readPlace(), input.readPlace(),
                )
            },
            List(input.readCount()) { Holding(input.readUTF(), input.readLong(), input.readPlace()) },
        )

        /** What this process sees now; [withPlaces] also where everybody waits. */
        fun here(withPlaces: Boolean): View {
            val waits = Roll.waits()
            val threads = HashMap<Long, Waiter>()
            val coroutines = IdentityHashMap<Any, Waiter>()
            for (waiter in waits.keys) {
                waiter.thread?.let { threads[it] = waiter }
                waiter.coroutine?.let { coroutines[it] = waiter }
            }

            fun waitOf(holder: Holder) =
                if (holder.thread != 0L) threads[holder.thread] else holder.coroutine?.let { coroutines[it] }

            val holders = waits.values.distinct().associateWith { it.holder }
            // Who waits for nothing that is shared is in no circle with another process, whatever he holds.
            val isConcerned = waits.values.any { it.key != null }
            val held = if (isConcerned) Roll.shared() else emptyList()
            val shared = held.mapNotNull { lock -> lock.key?.let { key -> lock.holder?.let { key to it } } }
            val still = Roll.waits().keys

            fun numberOf(holder: Holder?) = holder?.let(::waitOf)?.takeIf { it in still }?.number ?: 0
            return View(
                waits.filterKeys { it in still }.map { (waiter, lock) ->
                    val holder = holders[lock]
                    Wait(
                        waiter.number, waiter.isSpared, lock.isHeldElsewhere, lock.key, lock.name, numberOf(holder),
                        nameOf(waiter), if (withPlaces) placeOf(waiter) else emptyList(), holder?.takenAt.orEmpty(),
                    )
                },
                shared.mapNotNull { (key, holder) ->
                    numberOf(holder).takeIf { it != 0L }?.let { Holding(key, it, holder.takenAt) }
                },
            )
        }

        private fun placeOf(waiter: Waiter): List<StackTraceElement> = when (waiter) {
            is ThreadWaiter -> placeOf(waiter.thread)
            is CoroutineWaiter -> waiter.frame?.let { placeOf(it, waiter.call) }.orEmpty()
            else -> emptyList()
        }
    }
}

private fun DataOutputStream.writePlace(place: List<StackTraceElement>) {
    writeInt(place.size)
    for (call in place) {
        writeUTF(call.className)
        writeUTF(call.methodName)
        writeUTF(call.fileName.orEmpty())
        writeInt(call.lineNumber)
    }
}

/** Of what follows: each is a byte at least. */
private fun DataInputStream.readCount(): Int =
    readInt().also { require(it in 0..available()) { "$it of ${available()}" } }

private fun DataInputStream.readPlace(): List<StackTraceElement> = List(readCount()) {
    StackTraceElement(readUTF(), readUTF(), readUTF().ifEmpty { null }, readInt())
}
