package org.freethreading

/**
 * Does [step] again as long as there is no memory for it: for what others wait for, who would else wait for ever.
 *
 * [step] must be such that it does no harm to do it again, however far it has come.
 *
 * @throws OutOfMemoryError if there is none for ten seconds, or no thread can be had
 */
internal inline fun <T> insist(step: () -> T): T {
    var end = 0L
    while (true) {
        try {
            return step()
        } catch (failure: OutOfMemoryError) {
            end = Reserve.breathe(end, failure)
        }
    }
}
