package org.freethreading.process

/** Starts a thread of this library's own that does not keep the program alive. */
internal fun daemon(name: String, stackSize: Long = 0, task: () -> Unit): Thread =
    Thread(null, task, name, stackSize, false).apply {
        isDaemon = true
        start()
    }
