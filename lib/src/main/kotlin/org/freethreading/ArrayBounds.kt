package org.freethreading

/** Of a shared array, which has [length] elements: [index] if there is one of that. */
internal fun checkedIndex(index: Int, length: Int): Int {
    if (index < 0 || index >= length) throw outOfBounds(index, length)
    return index
}

/** Sees to it that [count] elements from [index] on are among the [length] that there are of [what]. */
internal fun checkRange(index: Int, count: Int, length: Int, what: String = "the array") {
    if ((index or count) < 0 || count > length - index) throw IndexOutOfBoundsException(
        "$count elements from index $index on are out of bounds: $what has a length of $length",
    )
}

/** What an array is in words: not all of it, if it is long. */
internal fun shown(length: Int, element: (Int) -> Any): String {
    val shown = minOf(length, MOST_SHOWN)
    val end = if (shown < length) ", ... and ${length - shown} more]" else "]"
    return (0 until shown).joinToString(", ", "[", end) { element(it).toString() }
}

private fun outOfBounds(index: Int, length: Int) =
    IndexOutOfBoundsException("index $index is out of bounds: the array has a length of $length")

private const val MOST_SHOWN = 100
