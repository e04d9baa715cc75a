package org.freethreading.cell

/**
 * Whether the calling thread must not run code of the user now, since others wait for it: a coroutine that it wakes
 * goes on elsewhere, also one whose dispatcher would let it go on here.
 */
internal object Quiet {
    private val here = ThreadLocal.withInitial { false }

    val isHere: Boolean get() = here.get()

    inline fun <R> during(block: () -> R): R {
        val before = enter()
        try {
            return block()
        } finally {
            leave(before)
        }
    }

    fun enter(): Boolean = here.get().also { here.set(true) }

    fun leave(before: Boolean) = here.set(before)
}
