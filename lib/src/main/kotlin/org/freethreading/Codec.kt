package org.freethreading

import java.io.Serializable

/**
 * Turns values into bytes and back, instead of the built-in encodings. Must be safe for concurrent use.
 *
 * A codec travels to the workers itself, hence it is [Serializable].
 */
public interface Codec : Serializable {
    /**
     * Returns the bytes of [value], which [decode] turns into an equal value.
     *
     * @throws Exception if the value cannot be encoded; who handed it over gets a [NotShippableException] with this
     *   cause
     */
    @Throws(Exception::class)
    public fun encode(value: Any?): ByteArray

    /**
     * Returns the value that [bytes] stand for.
     *
     * @throws Exception if the bytes make no sense
     */
    @Throws(Exception::class)
    public fun decode(bytes: ByteArray): Any?
}
