package org.freethreading

/**
 * A connection takes and gives nothing any more: it was closed here, or at its other end, or nobody is there any more.
 */
public class ConnectionClosedException(message: String) : IllegalStateException(message)
