package org.freethreading

/** A queue that was shut down takes no more items, and has none left to give. */
public class QueueShutdownException(message: String) : IllegalStateException(message)
