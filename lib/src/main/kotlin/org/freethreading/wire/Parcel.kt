package org.freethreading.wire

import org.freethreading.memory.Passenger
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path

/**
 * Encoded bytes on their way, in memory or, where they are many, in a file of their own.
 *
 * A parcel knows nothing of what is in it: it goes from the caller that packed it to the one that opens it, and nobody
 * between them runs code of the user's. Whoever is done with it drops it.
 */
internal sealed interface Parcel {
    /** How many bytes. */
    val size: Long

    /** The records whose handles are in it, as the one who has it knows them; they live as long as it does. */
    val passengers: List<Passenger>

    /**
     * Returns the bytes, from the first, to be closed by the caller.
     *
     * @throws MalformedException if they are not there
     */
    fun open(): ParcelInput

    /** The same, which has come with [passengers]: as the one who is to open it knows them, who drops it then. */
    fun carrying(passengers: List<Passenger>): Parcel

    /** It is sent away for good; whoever gets it lands the passengers. */
    fun lift() = passengers.forEach(Passenger::lift)

    /** Who had got it has died, perhaps before he opened it. */
    fun isLost() = passengers.forEach(Passenger::isLost)

    // Who may still read it, if that matters to what comes after it: KeptParcel tells the rules. By who sends it.

    /** The name of it is about to be told to [borrower], who may read it from then on. */
    fun lend(borrower: Any) = Unit

    /** [borrower] has read it, or never will. */
    fun isReadBy(borrower: Any) = Unit

    /** Nobody knows whether [borrower] will read it, or still does. */
    fun isLostWith(borrower: Any) = Unit

    /** Whether all of it is written. Else who packed it hands it over and calls [fill] then; nobody else does. */
    val isFilled: Boolean get() = true

    /** Writes what is not written yet. */
    fun fill() = Unit

    /** Frees the memory or the file. Does nothing the second time. */
    fun drop()
}

/** [bytes] must not change any more. */
internal class BytesParcel(val bytes: ByteArray, override val passengers: List<Passenger> = emptyList()) : Parcel {
    override val size: Long get() = bytes.size.toLong()

    override fun open(): ParcelInput = ParcelInput.of(bytes)

    override fun carrying(passengers: List<Passenger>): Parcel = BytesParcel(bytes, passengers)

    override fun drop() = passengers.forEach(Passenger::drop)
}

/** The file at [path], which belongs to this parcel. It is not trusted to be there, or to be as long as it should. */
internal class FileParcel(
    val path: Path,
    override val size: Long,
    override val passengers: List<Passenger> = emptyList(),
) : Parcel {
    override fun open(): ParcelInput = ParcelInput.of(path, size)

    override fun carrying(passengers: List<Passenger>): Parcel = FileParcel(path, size, passengers)

    override fun drop() {
        passengers.forEach(Passenger::drop)
        try {
            Files.deleteIfExists(path)
        } catch (_: IOException) {
            // It goes with its directory.
        }
    }
}

/** Where there is room for parcels that are too large for memory. */
internal fun interface Stowage {
    /**
     * Returns a name for a file that does not exist yet, where [bytes] are likely to fit.
     *
     * @throws IOException if there is no such place
     */
    fun newFile(bytes: Long): Path

    /** Where its files wait to be used again; null if they are not. */
    val shelf: FileShelf? get() = null
}
