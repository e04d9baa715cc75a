package org.freethreading.worker

import java.lang.invoke.MethodHandle
import java.lang.invoke.MethodHandles
import java.lang.invoke.MethodType

/** How a backend makes the threads of its workers. */
internal fun interface Threads {
    fun newThread(name: String, daemon: Boolean, task: Runnable): Thread
}

internal object PlatformThreads : Threads {
    override fun newThread(name: String, daemon: Boolean, task: Runnable) =
        Thread(task, name).apply { isDaemon = daemon }
}

/** Virtual threads, which are there from Java 21 on; this library is compiled for 17, hence the method handles. */
internal object VirtualThreads : Threads {
    private val unstarted: MethodHandle? = try {
        val lookup = MethodHandles.publicLookup()
        val builder = Class.forName("java.lang.Thread\$Builder")
        val ofVirtual = lookup.findStatic(
            Thread::class.java,
            "ofVirtual",
            MethodType.methodType(Class.forName("java.lang.Thread\$Builder\$OfVirtual"))
        )
        val named = lookup.findVirtual(builder, "name", MethodType.methodType(builder, String::class.java))
        val make = lookup.findVirtual(
            builder,
            "unstarted",
            MethodType.methodType(Thread::class.java, Runnable::class.java)
        )
        ofVirtual.invoke() // on Java 19 and 20 a preview, which says so by throwing
        // (name, task) -> ofVirtual().name(name).unstarted(task)
        val withName = MethodHandles.foldArguments(named, ofVirtual.asType(MethodType.methodType(builder)))
        MethodHandles.collectArguments(make, 0, withName)
    } catch (_: ReflectiveOperationException) {
        null
    } catch (_: UnsupportedOperationException) {
        null
    }

    val areAvailable: Boolean get() = unstarted != null

    /** Virtual threads are always daemons; [KeepAlive] makes up for that. */
    override fun newThread(name: String, daemon: Boolean, task: Runnable): Thread =
        unstarted!!.invokeWithArguments(name, if (daemon) task else KeepAlive.during(task)) as Thread
}
