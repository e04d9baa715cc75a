package org.freethreading

import java.io.Serializable
import java.util.Optional

/**
 * How one element of a map ended: with a result or with a failure.
 *
 * Immutable, and safe for concurrent use as far as the result is.
 */
public class Outcome<out R> private constructor(
    private val position: Long,
    private val result: R?,
    private val thrown: Throwable?
) : Serializable {
    /** The position of the element in the input, from 0. */
    public fun index(): Long = position

    /** Whether the element has a result. */
    public val isSuccess: Boolean get() = thrown == null

    /**
     * Returns the result.
     *
     * @throws Throwable the failure, as the task threw it, if the element failed
     */
    public fun get(): R {
        thrown?.let { throw it }
        @Suppress("UNCHECKED_CAST") // a result of type R, which may be null only where R allows it
        return result as R
    }

    /** The failure, or empty when there is a result. */
    public fun failure(): Optional<Throwable> = Optional.ofNullable(thrown)

    /** Shows the result or the failure. */
    override fun toString(): String = if (thrown ==
        null) "Outcome($position: $result)" else "Outcome($position: failed: $thrown)"

    internal companion object {
        private const val serialVersionUID = 1L

        fun <R> success(index: Long, result: R): Outcome<R> = Outcome(index, result, null)

        fun failure(index: Long, thrown: Throwable): Outcome<Nothing> = Outcome(index, null, thrown)
    }
}
