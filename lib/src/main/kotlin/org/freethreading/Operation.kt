package org.freethreading

import org.freethreading.queue.Refused

/** What can be done to a kept object in one step, which is atomic. None of them runs a function of the user's. */
internal interface Operation<in S> {
    /** Its place in its [Protocol]; sent to the keeper. */
    val ordinal: Int

    /** Whether it takes but a moment and runs no code of the user's, such as the `equals` of a key. */
    fun isQuick(arguments: List<Any?>): Boolean

    /** Does it. Arguments and result are values as the object stores them, numbers, lists of these, or [Refused]. */
    fun run(state: S, arguments: List<Any?>): Any?
}

/**
 * What can be done to the objects of one kind.
 *
 * @property what what messages call such an object
 * @property parts into how many parts such an object falls, in each of which somebody can claim something
 * @property operations all of them, in the order of their ordinals, which is that of the wire
 */
internal class Protocol<S : Claimable>(
    val what: String,
    val parts: Int,
    val operations: List<Operation<S>>,
    val claim: Operation<S>,
    val release: Operation<S>,
)

/**
 * The state of a kept object, in which somebody can claim what he is about to change: an entry, or all that there is.
 *
 *     free -- claim --> claimed        by whose turn it is (Turns); an earlier claim, which its holder left, is void
 *     claimed -- his change, with the number of the claim; or release --> free
 *             -- the change of somebody else: Refused.BUSY; he waits for his turn, claims, and tries again
 *             -- everything is cleared --> free, and the change that comes with the number is Refused.STALE
 *
 * So nothing comes between what a function is given and what it makes of that, and a change that comes too late, of
 * somebody who has died or was interrupted, is not done.
 */
internal interface Claimable {
    /** Claims [what] (null: everything). Returns the number of the claim, and then what is there. */
    fun claim(what: Any?): List<Any?>

    /** Gives up the claim of [number], if it still holds. */
    fun release(what: Any?, number: Long)

    companion object {
        /** The number of no claim: a change that needs none. */
        const val NONE = 0L
    }
}
