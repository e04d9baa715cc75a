package org.freethreading.worker

import org.freethreading.ProcessOptions
import org.freethreading.process.Recipe

/**
 * What of the machine a child may use. Unless told otherwise the children of a program share three quarters of the
 * memory, and its processors; children of children share what their parent has.
 */
internal object Budget {
    /** A chain of programs that start each other has no use beyond this. */
    private const val DEEPEST = 8

    /**
     * How to make each of [workers] children. Few share as if they were as many as processors, so that the program may
     * start others.
     *
     * @throws IllegalStateException if this is a child of a child, and so on, too often
     */
    fun recipe(options: ProcessOptions, workers: Int): Recipe {
        check(Here.depth < DEEPEST) {
            "this worker is ${Here.depth} processes below the program: one more would be too many. " +
                "Does a task start the program that it belongs to?"
        }
        val processors = Runtime.getRuntime().availableProcessors()
        return Recipe(options, Here.share / maxOf(workers, processors), maxOf(1, processors / workers))
    }
}
