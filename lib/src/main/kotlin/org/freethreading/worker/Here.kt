package org.freethreading.worker

/** What this process is to the library: the main program, or a child that a program has started. */
internal object Here {
    /** How many parents this process has. */
    @Volatile
    var depth = 0

    /** How much of the memory this process and its children may use, in percent. */
    @Volatile
    var share = 75.0

    /** In a child the backend that it was started from, which few tasks ask for. */
    @Volatile
    var backend: Lazy<Any?> = lazyOf(null)

    /** In a child what finds the classes of the program's functions and values. */
    @Volatile
    var classes: ClassLoader? = null

    val isChild: Boolean get() = depth > 0

    /**
     * To be called where something is made that others are to share. In a child it must not be made below a static
     * initialiser: a class is initialised anew in each process, so there it would be another one, silently.
     */
    fun requireShared(what: String) {
        if (!isChild) return
        val initialised = StackWalker.getInstance().walk { frames ->
            frames.filter { it.methodName == "<clinit>" }.findFirst().orElse(null)
        } ?: return
        throw IllegalStateException(
            "a static field or top-level property of ${initialised.className} holds a $what: in this process, " +
                "which is a worker's, it would be another one than in the program. Pass it by capture: " +
                "assign it to a local variable that the task uses",
        )
    }
}
