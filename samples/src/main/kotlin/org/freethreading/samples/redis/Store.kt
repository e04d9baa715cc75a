package org.freethreading.samples.redis

/** Keys and their values. It has no lock: it is to be confined to one worker. */
class Store {
    private val values = HashMap<Bytes, ByteArray>()

    operator fun get(key: Bytes): ByteArray? = values[key]

    operator fun set(key: Bytes, value: ByteArray) {
        values[key] = value
    }

    /** Returns whether there was such a key. */
    fun delete(key: Bytes): Boolean = values.remove(key) != null

    /**
     * Adds one to the number that is the value of [key], or to 0, and returns it.
     *
     * @throws NumberFormatException if the value is no number of 64 bits
     * @throws ArithmeticException if one more were none
     */
    fun increment(key: Bytes): Long {
        val value = values[key]
        val number = if (value == null) 0L else value.toLongOrNull() ?: throw NumberFormatException()
        val next = Math.addExact(number, 1L)
        values[key] = next.toString().toBytes()
        return next
    }
}
