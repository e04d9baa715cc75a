package org.freethreading.memory

/**
 * The `InternalError` of an access to a mapped file that another process has cut. As the JVM has it, it may come a little
 * later than the access: at a call into its runtime, and so to somebody who does not expect it.
 */
internal object Fault {
    /** Nothing; but the compiler does not know. */
    @Volatile
    private var large: ByteArray? = null

    /** Takes the error of an access before, if it is still to come: a large array takes a call into the runtime. */
    fun take() {
        try {
            large = ByteArray(4 shl 20)
        } catch (_: InternalError) {
            // It has come, and what it says is known.
        }
        large = null
    }
}
