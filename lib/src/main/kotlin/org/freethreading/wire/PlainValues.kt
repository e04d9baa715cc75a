package org.freethreading.wire

/**
 * Values that travel as they are, without a parcel: they are small, never change, and no code of the user's writes or
 * reads them. A short text is one of them; all others are their [Form] and 64 bits.
 */
internal object PlainValues {
    private const val MOST_CHARS = 80

    /** The form of a value that is not plain. */
    const val NONE = 0

    /** The form of [value], which [hasBits] or is that of a text; [NONE] if it is not plain. */
    fun formOf(value: Any?): Int = when (value) {
        null -> Form.NULL
        is Int -> Form.INT
        is Long -> Form.LONG
        is Double -> Form.DOUBLE
        is Boolean -> if (value) Form.TRUE else Form.FALSE
        is String -> if (isShort(value)) Form.TEXT else NONE
        is Unit -> Form.UNIT
        is Float -> Form.FLOAT
        is Short -> Form.SHORT
        is Byte -> Form.BYTE
        is Char -> Form.CHAR
        else -> NONE
    }

    private fun isShort(text: String) = // half a pair has no UTF-8
        text.length <= MOST_CHARS && text.none(Char::isSurrogate)

    fun isForm(form: Int): Boolean = form in Form.NULL..Form.TEXT

    /** Whether a value of [form] is told by 64 bits. */
    fun hasBits(form: Int): Boolean = form in Form.NULL until Form.TEXT

    fun bitsOf(value: Any?): Long = when (value) {
        is Double -> value.toRawBits()
        is Float -> value.toRawBits().toLong()
        is Number -> value.toLong()
        is Char -> value.code.toLong()
        else -> 0
    }

    /** The value of [form], which [hasBits], of [bits]. */
    fun of(form: Int, bits: Long): Any? = when (form) {
        Form.NULL -> null
        Form.TRUE -> true
        Form.FALSE -> false
        Form.UNIT -> Unit
        Form.INT -> bits.toInt()
        Form.LONG -> bits
        Form.BYTE -> bits.toByte()
        Form.SHORT -> bits.toShort()
        Form.CHAR -> bits.toInt().toChar()
        Form.FLOAT -> Float.fromBits(bits.toInt())
        Form.DOUBLE -> Double.fromBits(bits)
        else -> error("no bits in form $form")
    }
}
