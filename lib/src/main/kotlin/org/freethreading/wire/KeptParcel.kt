package org.freethreading.wire

import org.freethreading.memory.KeptFile
import org.freethreading.memory.Passenger
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicReference

/**
 * A parcel in a [file] that is kept for the next one, and so must not be given back before nobody can read it any more.
 * A borrower is whoever gets the name of the file and may read it from then on: a flight to a child.
 *
 *     HELD ------ lend -----> the borrower ---- lend, isLostWith ----> DOUBTFUL
 *       ^---- isReadBy ----------+   |                                    |
 *       |                            | drop                               |
 *       |                         Awaited(the borrower)                   |
 *       | drop                       | isReadBy       | isLostWith        | drop
 *       v                            v                v                   v
 *    SHELVED                      SHELVED          DELETED             DELETED
 *
 * - The file is on the shelf only after the parcel was dropped, and after each borrower that ever got it has said that
 *   it will not read it again: it was lent to one at a time, and none was lost. Whatever else happens is DOUBTFUL for
 *   good: the file is deleted as any other, and a slow child that still reads it finds the old bytes.
 * - lend comes before the frame with the name is published; so what has no borrower is known to no child. The ring's
 *   release store of the frame publishes the name, and with it that the word at the end of the file is this parcel's.
 * - isReadBy is said by the parent alone, of its own account of flights: the child's last read comes before its release
 *   store of the frame that the element has ended; or it never claimed the element, and the parent took it back by a
 *   compare-and-set of the same word. Said by one who is not the borrower (any more) it means nothing.
 *
 * All moves are compare-and-sets, by any thread.
 *
 * A large array may be sent before it has been written, and is read while it is: `KeptFile` has that protocol. Whoever
 * packed it calls [fill] then, which is the one writer, and does nothing else before: a child waits for it, and the time
 * limit of its task runs. A parcel that becomes SHELVED meanwhile (cancelled, or failed before it was read) is given
 * back by the writer at the end, else by whoever made the move: of the two, the second, by a compare-and-set of
 * [filling].
 *
 *     WRITTEN                    from the beginning, where there is no rest
 *     DUE ----- fill ----> WRITTEN
 *      '-- becomes SHELVED --> SHELVED_EARLY, which fill gives back
 *
 * @param rest writes what is not written yet
 */
internal class KeptParcel(
    private val file: KeptFile,
    override val size: Long,
    override val passengers: List<Passenger>,
    private val shelf: FileShelf,
    private var rest: (() -> Unit)? = null,
) : Parcel {
    private val state = AtomicReference<Any>(HELD)
    private val filling = AtomicReference(if (rest == null) Filling.WRITTEN else Filling.DUE)

    /**
     * Where a borrower finds it; where nothing is, if it was dropped before: then the file may have another parcel by now,
     * and whoever was to get this one is to fail.
     */
    val path: Path
        get() = state.get().let { if (it === SHELVED || it === DELETED) Path.of("${file.path}$GONE") else file.path }

    /** How many bytes the file has room for, whatever becomes of it. */
    val capacity: Long get() = file.capacity

    /** How many bytes the longest [path] takes. */
    val longestPath: Int get() = file.path.toString().encodeToByteArray().size + GONE.length

    /** Whether it is nobody's but who packed it. */
    val isHeld: Boolean get() = state.get() === HELD

    override fun open(): ParcelInput = ParcelInput.of(file.path, size)

    override fun carrying(passengers: List<Passenger>): Parcel =
        throw UnsupportedOperationException("it does not come from elsewhere")

    override fun lend(borrower: Any) = move { seen ->
        when {
            seen === HELD -> borrower
            seen is Awaited || seen === SHELVED || seen === DELETED -> seen // dropped: it will find nothing
            else -> DOUBTFUL
        }
    }

    override fun isReadBy(borrower: Any) = move { seen ->
        when {
            seen === borrower -> HELD
            seen is Awaited && seen.borrower === borrower -> SHELVED
            else -> seen
        }
    }

    override fun isLostWith(borrower: Any) = move { seen ->
        when {
            seen === borrower -> DOUBTFUL
            seen is Awaited && seen.borrower === borrower -> DELETED
            else -> seen
        }
    }

    override val isFilled: Boolean get() = rest == null

    /**
     * Does nothing the second time. A file that somebody has cut is no failure here: whoever reads it finds out.
     *
     * @throws Throwable what went wrong; whoever reads it fails as well, or waits until he is stopped
     */
    override fun fill() {
        val rest = rest ?: return
        this.rest = null // and with it the value
        try {
            if (filling.get() == Filling.DUE) rest()
            file.isCut // takes the error that is still to come, if it is
        } catch (failure: Throwable) {
            file.fail()
            if (failure !is InternalError || file.isWhole) throw failure
        } finally {
            if (!filling.compareAndSet(Filling.DUE, Filling.WRITTEN)) shelf.giveBack(file)
        }
    }

    override fun drop() {
        passengers.forEach(Passenger::drop)
        move { seen ->
            when {
                seen === HELD -> SHELVED
                seen === DOUBTFUL -> DELETED
                seen === SHELVED || seen === DELETED || seen is Awaited -> seen
                else -> Awaited(seen)
            }
        }
    }

    private inline fun move(next: (seen: Any) -> Any) {
        while (true) {
            val seen = state.get()
            val then = next(seen)
            if (then === seen) return
            if (!state.compareAndSet(seen, then)) continue
            if (then === SHELVED && !filling.compareAndSet(Filling.DUE, Filling.SHELVED_EARLY)) shelf.giveBack(file)
            if (then === DELETED) file.unlink()
            return
        }
    }

    private class Awaited(val borrower: Any)

    private enum class Filling { DUE, WRITTEN, SHELVED_EARLY }

    private companion object {
        val HELD = Any()
        val DOUBTFUL = Any()
        val SHELVED = Any()
        val DELETED = Any()
        const val GONE = ".gone"
    }
}
