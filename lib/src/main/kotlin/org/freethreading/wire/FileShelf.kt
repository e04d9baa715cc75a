package org.freethreading.wire

import org.freethreading.memory.KeptFile

/**
 * Where files wait that had a parcel in them, and are to have the next one. What is on it nobody reads, and what is
 * taken from it is its taker's alone. Safe for concurrent use.
 */
internal interface FileShelf {
    /** Takes a file, mapped for writing, in which there is room for [bytes]; null if there is none. */
    fun take(bytes: Long): KeptFile?

    /** How long a new file with [bytes] is to be, so that it is good for others as well; 0 if it is not to be kept. */
    fun capacityFor(bytes: Long): Long

    /** Puts [file] on the shelf, or removes it. Nobody reads it any more, or ever will what is in it now. */
    fun giveBack(file: KeptFile)
}
