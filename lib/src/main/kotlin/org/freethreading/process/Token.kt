package org.freethreading.process

import java.security.MessageDigest
import java.security.SecureRandom
import java.util.HexFormat

/** What a child shows to be let in: nobody can guess it, and it reaches nobody but the child. */
internal class Token(private val bytes: ByteArray = ByteArray(SIZE).also(random::nextBytes)) {
    constructor(text: String) : this(HexFormat.of().parseHex(text))

    val text: String get() = HexFormat.of().formatHex(bytes)

    fun toBytes(): ByteArray = bytes.clone()

    /** Takes the same time wherever the first difference is. */
    fun matches(shown: ByteArray): Boolean = MessageDigest.isEqual(bytes, shown)

    companion object {
        const val SIZE = 32
        private val random by lazy(::SecureRandom) // a child needs none
    }
}
