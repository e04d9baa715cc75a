package org.freethreading

/** The backends that every contract runs on, strict, so that what is proven here does not break on processes. */
internal object Backends {
    private val javaHasVirtualThreads = Runtime.version().feature() >= 21

    val all: List<Backend> = listOfNotNull(
        Backend.threads(strict = true),
        if (javaHasVirtualThreads) Backend.virtualThreads(strict = true) else null,
    )
}
