package org.freethreading.worker

/** How the child runs the elements of a batch. */
internal object Batch {
    /** One after the other, and nothing else meanwhile: elements of a pool. */
    const val CALL = 0

    /** As the target of the worker: what is handed to the loop later may run while it suspends. */
    const val TARGET = 1

    /** As a coroutine on the loop, beside others. */
    const val COROUTINE = 2

    /** As [CALL], when others may wait behind it: what was posted or submitted to a worker. */
    const val POST = 3

    /** Added where the time of the elements is limited, so that the child is to tell when it begins one. */
    const val TIMED = 4
}
