package org.freethreading.samples.redis

import kotlin.text.Charsets.ISO_8859_1

/** A string of any bytes that is compared by its content, as keys are. Nobody changes the [content] any more. */
class Bytes(val content: ByteArray) {
    private val hash = content.contentHashCode()

    override fun hashCode(): Int = hash

    override fun equals(other: Any?): Boolean =
        other is Bytes && other.hash == hash && other.content.contentEquals(content)

    override fun toString(): String = content.toText()
}

/** One character for each byte, and back. */
internal fun ByteArray.toText(): String = toString(ISO_8859_1)

internal fun String.toBytes(): ByteArray = toByteArray(ISO_8859_1)

/** The number that is written here as Redis wants it: no space, no plus, no zero in front, and in the range of a long. */
internal fun ByteArray.toLongOrNull(): Long? {
    val number = Number64()
    for (digit in this) number.add(digit)
    return number.valueOrNull()
}
