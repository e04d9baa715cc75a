package org.freethreading

/** A worker could not be started, or its initializer failed. The [cause] says why. */
public class WorkerStartException
@JvmOverloads
constructor(message: String, cause: Throwable? = null) :
    RuntimeException(message, cause)
