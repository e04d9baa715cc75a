package org.freethreading

/** Runs [action] where there is room for it and [spare] calls more on the stack, or not quite. */
internal fun nearTheEnd(spare: Int, action: () -> Unit) {
    var left = spare

    fun descend() {
        try {
            descend()
        } catch (_: StackOverflowError) {
            // The end is reached. From here on each call returns.
        }
        if (left-- == 0) action()
    }
    descend()
}

/** Runs [action] on a thread of which the end is near, and which ends then: what it has left locked stays so. */
internal fun withSmallStack(action: () -> Unit) {
    var failure: Throwable? = null
    Thread(null, action, "small stack", 256L shl 10).run {
        setUncaughtExceptionHandler { _, thrown -> failure = thrown }
        start()
        join()
    }
    failure?.let { throw it }
}
