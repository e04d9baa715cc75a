package org.freethreading.peers

/** What all processes of the program have together; each child by itself is told that it has its share. */
internal object Machine {
    private const val PROCESSORS = "org.freethreading.processors"

    val processors: Int = Integer.getInteger(PROCESSORS) ?: Runtime.getRuntime().availableProcessors()

    /** Tells a child, on its command line. */
    val option: String get() = "-D$PROCESSORS=$processors"
}
