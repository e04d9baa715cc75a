package org.freethreading.cell

/** Whether it is a virtual thread, which Java 17 cannot be asked. */
internal val Thread.isVirtualThread: Boolean get() = javaClass.name == "java.lang.VirtualThread"
