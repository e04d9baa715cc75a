package org.freethreading.wire

import java.util.Arrays
import java.util.Collections

/** Reads what [RawWriter] wrote. */
internal object RawReader {
    /** Reads the value of [form]. */
    fun read(form: Int, input: ParcelInput): Any? = when (form) {
        Form.LIST, Form.FIXED, Form.FINAL, Form.SINGLE, Form.EMPTY -> readList(form, input)
        else -> readElement(form, input)
    }

    private fun readElement(form: Int, input: ParcelInput): Any? = when (form) {
        Form.NULL -> null
        Form.TRUE -> true
        Form.FALSE -> false
        Form.UNIT -> Unit
        Form.INT -> readInt(input)
        Form.LONG -> unzigzag(input.readVarint())
        Form.BYTE -> input.readByte()
        Form.SHORT -> input.readShort()
        Form.CHAR -> input.readShort().toInt().toChar()
        Form.FLOAT -> Float.fromBits(input.readInt())
        Form.DOUBLE -> Double.fromBits(input.readLong())
        Form.TEXT -> input.readText(input.readCount(1))
        Form.WIDE_TEXT -> input.readChars(CharArray(input.readCount(2))).concatToString()
        else -> readArray(form, input)
    }

    private fun readArray(form: Int, input: ParcelInput): Any = when (form) {
        Form.BYTES -> input.readBytes(ByteArray(input.readCount(1)))
        Form.BOOLEANS -> BooleanArray(input.readCount(1)) { input.readByte() != 0.toByte() }
        Form.SHORTS -> input.readShorts(ShortArray(input.readCount(2)))
        Form.CHARS -> input.readChars(CharArray(input.readCount(2)))
        Form.INTS -> input.readInts(IntArray(input.readCount(4)))
        Form.LONGS -> input.readLongs(LongArray(input.readCount(8)))
        Form.FLOATS -> input.readFloats(FloatArray(input.readCount(4)))
        Form.DOUBLES -> input.readDoubles(DoubleArray(input.readCount(8)))
        else -> throw MalformedException("there is no form $form here")
    }

    private fun readInt(input: ParcelInput): Int {
        val value = unzigzag(input.readVarint())
        if (value.toInt().toLong() != value) throw MalformedException("$value is no Int")
        return value.toInt()
    }

    /** Reads what [RawWriter.writeAll] wrote. */
    fun readAll(input: ParcelInput): Array<Any?> {
        val elements = arrayOfNulls<Any?>(input.readCount(1))
        for (i in elements.indices) elements[i] = readElement(input.readByte().toInt(), input)
        return elements
    }

    private fun readList(form: Int, input: ParcelInput): List<Any?> {
        val elements = readAll(input)
        return when (form) {
            Form.LIST -> ArrayList<Any?>(elements.size).apply { Collections.addAll(this, *elements) }
            Form.FIXED -> Arrays.asList(*elements)
            // Not List.of: of a list made by a stream one may ask whether it contains null.
            Form.FINAL -> Arrays.stream(elements).toList()
            else -> if (elements.size == 1) Collections.singletonList(elements[0]) else emptyList(elements)
        }
    }

    private fun emptyList(elements: Array<*>): List<Any?> =
        if (elements.isEmpty()) emptyList() else throw MalformedException("${elements.size} elements in an empty list")
}
