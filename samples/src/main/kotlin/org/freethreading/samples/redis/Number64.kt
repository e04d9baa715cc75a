package org.freethreading.samples.redis

/** A decimal number of 64 bits whose characters come one by one. Only its shortest form counts: not `+1`, `01` or `-0`. */
internal class Number64 {
    /** Of the characters, good or bad. */
    var length = 0
        private set
    private var isNegative = false
    private var isGood = true

    /** The digits so far, as a negative number: there is one more of these. */
    private var negated = 0L
    private var digits = 0

    fun reset() {
        length = 0
        isNegative = false
        isGood = true
        negated = 0
        digits = 0
    }

    fun add(character: Byte) {
        val digit = character - '0'.code
        when {
            digit in 0..9 -> addDigit(digit)
            character == '-'.code.toByte() && length == 0 -> isNegative = true
            else -> isGood = false
        }
        length++
    }

    fun valueOrNull(): Long? = when {
        !isGood || digits == 0 -> null
        isNegative -> if (negated == 0L) null else negated
        else -> if (negated == Long.MIN_VALUE) null else -negated
    }

    private fun addDigit(digit: Int) {
        val hasLeadingZero = digits > 0 && negated == 0L
        val isTooLong = negated < LOWEST || negated == LOWEST && digit > LAST_DIGIT
        if (hasLeadingZero || isTooLong) isGood = false else negated = negated * 10 - digit
        digits++
    }

    private companion object {
        const val LOWEST = Long.MIN_VALUE / 10
        const val LAST_DIGIT = 8 // of 9223372036854775808
    }
}
