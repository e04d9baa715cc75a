package org.freethreading.wire

import java.util.Arrays
import java.util.Collections
import java.util.IdentityHashMap

/** Writes what has a form of its own: numbers, strings, arrays of numbers, and flat lists of these. */
internal object RawWriter {
    /** Writes [value], or returns false and has written nothing. */
    fun write(value: Any?, out: ParcelOutput): Boolean = writeElement(value, out) || writeList(value, out)

    private fun writeElement(value: Any?, out: ParcelOutput): Boolean {
        when (value) {
            null -> out.write(Form.NULL)
            is String -> writeText(value, out)
            is Int -> writeVarint(Form.INT, zigzag(value.toLong()), out)
            is Long -> writeVarint(Form.LONG, zigzag(value), out)
            is Boolean -> out.write(if (value) Form.TRUE else Form.FALSE)
            is Double -> out.form(Form.DOUBLE).writeLong(value.toRawBits())
            is Float -> out.form(Form.FLOAT).writeInt(value.toRawBits())
            is Byte -> out.form(Form.BYTE).write(value.toInt())
            is Short -> out.form(Form.SHORT).writeShort(value)
            is Char -> out.form(Form.CHAR).writeShort(value.code.toShort())
            is Unit -> out.write(Form.UNIT)
            else -> return writeArray(value, out)
        }
        return true
    }

    private fun writeArray(value: Any, out: ParcelOutput): Boolean {
        when (value) {
            is ByteArray -> out.counted(Form.BYTES, value.size).write(value, 0, value.size)
            is IntArray -> out.counted(Form.INTS, value.size).writeInts(value)
            is LongArray -> out.counted(Form.LONGS, value.size).writeLongs(value)
            is DoubleArray -> out.counted(Form.DOUBLES, value.size).writeDoubles(value)
            is FloatArray -> out.counted(Form.FLOATS, value.size).writeFloats(value)
            is ShortArray -> out.counted(Form.SHORTS, value.size).writeShorts(value)
            is CharArray -> out.counted(Form.CHARS, value.size).writeChars(value)
            is BooleanArray -> out.counted(Form.BOOLEANS, value.size).writeBooleans(value)
            else -> return false
        }
        return true
    }

    /** How many bytes [value] takes if it is an array of numbers; 0 if it is not. */
    fun sizeOfArray(value: Any?): Long = when (value) {
        is ByteArray -> sizeOf(value.size, 1)
        is IntArray -> sizeOf(value.size, 4)
        is LongArray -> sizeOf(value.size, 8)
        is DoubleArray -> sizeOf(value.size, 8)
        is FloatArray -> sizeOf(value.size, 4)
        is ShortArray -> sizeOf(value.size, 2)
        is CharArray -> sizeOf(value.size, 2)
        is BooleanArray -> sizeOf(value.size, 1)
        else -> 0
    }

    private fun sizeOf(count: Int, width: Int) = 1L + varintSize(count) + count.toLong() * width

    private fun varintSize(of: Int) = (38 - (of or 1).countLeadingZeroBits()) / 7

    private fun writeList(value: Any?, out: ParcelOutput): Boolean {
        val form = value?.let { FORMS[it.javaClass] } ?: return false
        // A copy, because the list may change meanwhile.
        val elements = (value as List<*>).toTypedArray<Any?>()
        if (!isFlat(elements)) return false
        out.write(form)
        writeAll(elements, out)
        return true
    }

    /** Writes [elements], which are to be flat. */
    fun writeAll(elements: Array<Any?>, out: ParcelOutput) {
        out.writeVarint(elements.size.toLong())
        elements.forEach { writeElement(it, out) }
    }

    /** Whether all can be written. An array that is there twice must arrive as one array, which only a graph does. */
    fun isFlat(elements: Array<Any?>): Boolean {
        var arrays: IdentityHashMap<Any, Unit>? = null
        return elements.all { element ->
            when {
                !isLeaf(element) || element is Enum<*> -> false
                element == null || !element.javaClass.isArray -> true
                !element.javaClass.componentType.isPrimitive -> false
                else -> (arrays ?: IdentityHashMap<Any, Unit>().also { arrays = it }).put(element, Unit) == null
            }
        }
    }

    /** The lists whose class is known, so that one of the same kind arrives. What is not here is for the graph. */
    private val FORMS: Map<Class<*>, Int> =
        mapOf(
            ArrayList::class.java to Form.LIST,
            Arrays.asList(1, 2).javaClass to Form.FIXED,
            java.util.List.of(1).javaClass to Form.FINAL,
            java.util.List.of(1, 2, 3).javaClass to Form.FINAL,
            Collections.singletonList(1).javaClass to Form.SINGLE,
            emptyList<Any>().javaClass to Form.EMPTY,
        )
}

/** Small numbers of either sign become small ones without. */
internal fun zigzag(value: Long): Long = (value shl 1) xor (value shr 63)

internal fun unzigzag(value: Long): Long = (value ushr 1) xor -(value and 1)

private fun writeVarint(form: Int, value: Long, out: ParcelOutput) = out.form(form).writeVarint(value)

private fun writeText(text: String, out: ParcelOutput) {
    val bytes = utf8Size(text)
    when {
        bytes < 0 -> out.counted(Form.WIDE_TEXT, text.length).writeChars(text)
        text.length <= PIECE -> out.counted(Form.TEXT, bytes).write(text.encodeToByteArray())
        else -> writePieces(text, out.counted(Form.TEXT, bytes).apply { expect(bytes) })
    }
}

/** A long text is not copied as a whole. */
private fun writePieces(text: String, out: ParcelOutput) {
    var from = 0
    while (from < text.length) {
        var to = minOf(from + PIECE, text.length)
        if (to < text.length && text[to].isLowSurrogate()) to--
        out.write(text.substring(from, to).encodeToByteArray())
        from = to
    }
}

/** How many bytes [text] takes in UTF-8, or -1 if it has none, because half a surrogate pair is missing. */
private fun utf8Size(text: String): Long {
    var size = text.length.toLong()
    var i = 0
    while (i < text.length) {
        val char = text[i++]
        when {
            char < '\u0080' -> continue
            char < '\u0800' -> size++
            !char.isSurrogate() -> size += 2
            char.isLowSurrogate() || i == text.length || !text[i].isLowSurrogate() -> return -1
            else -> {
                i++
                size += 2
            }
        }
    }
    return size
}

private fun ParcelOutput.form(form: Int) = apply { write(form) }

private fun ParcelOutput.counted(form: Int, count: Number) = form(form).apply { writeVarint(count.toLong()) }

private const val PIECE = 16 * 1024
