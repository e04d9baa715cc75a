package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import org.freethreading.ProcessOptions
import org.freethreading.WorkerCallable
import org.freethreading.WorkerSupplier
import org.freethreading.process.Channel
import org.freethreading.wire.BytesParcel
import org.freethreading.wire.FrameWriter
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import org.freethreading.wire.Parcel
import java.io.IOException
import java.lang.invoke.LambdaMetafactory
import java.lang.invoke.MethodHandles
import java.lang.invoke.MethodType
import kotlin.concurrent.thread

/**
 * The whole life of a child, played through before it begins: it is told who it is, runs a task, and ends. So the
 * classes that it takes are there when the parent has work for it.
 *
 * [run] does what every child will do, and costs next to nothing but what the first task would cost anyway. [goOn] does
 * what many will do, for a child that has to wait.
 */
internal object Rehearsal {
    private val packer = Packer(codec = null, { throw IOException("nothing here is large") })

    private val beginning =
        FrameWriter().text("rehearsal").int(0).int(0).parcel(BytesParcel(ByteArray(0)))
            .int(0).long(0).byte(0).apply { Settings.NONE.forEach(::text) }.toByteArray()
    private val nothing = ByteArray(0)

    /** [script]: a function of the shape `APPLY`. */
    fun run(script: Parcel) {
        makeLambda()
        play { parent -> hand(parent, Body.Shape.APPLY, script, argument = 1) }
    }

    /** Gives up between two things to do when the time has come, as [isEnough] says. */
    fun goOn(isEnough: () -> Boolean) {
        val block: suspend CoroutineScope.() -> Any? = { "done" }
        val failing = WorkerCallable { throw IOException("rehearsed") }
        val more = listOf(
            { play { parent -> hand(parent, Body.Shape.BLOCK, packer.function(block), Batch.COROUTINE) } },
            { play { parent -> hand(parent, Body.Shape.CALL, packer.function(failing)) } },
            { opener().value(packer.function(ProcessOptions.builder().build())) },
        )
        more.forEach { if (!isEnough()) it() }
    }

    private fun play(handOver: (parent: Channel) -> Unit) {
        val (parent, child) = Channel.pair()
        val life = ChildLife(child, Rehearsal::class.java.classLoader) { }
        val bell = thread(name = "freethreading-rehearsal", isDaemon = true) { life.heed() }
        parent.send(Message.of(Message.BEGIN), beginning)
        handOver(parent)
        parent.send(Message.of(Message.END, 0), nothing)
        life.live()
        Registry.root = MainRunner
        bell.join()
        parent.close()
        child.close()
    }

    private fun opener() = Opener(Rehearsal::class.java.classLoader, codec = null, trust = null)

    private fun hand(
        parent: Channel,
        shape: Body.Shape,
        function: Parcel,
        mode: Int = Batch.CALL,
        argument: Any? = null,
    ) {
        parent.send(Message.of(Message.FUNCTION), FrameWriter().byte(shape.ordinal).parcel(function).toByteArray())
        val frame = FrameWriter().byte(mode).int(1)
        frame.value(packer.plainOrParcel(argument, "argument"))
        parent.open(slot = 0, ticket = 0, count = 1)
        parent.send(Message.of(Message.BATCH), frame.toByteArray())
    }

    /** What the JVM needs to make a lambda of the user's: those of this library may be in the start cache. */
    private fun makeLambda() {
        val lookup = MethodHandles.lookup()
        val type = MethodType.methodType(Any::class.java)
        val body = lookup.findStatic(Rehearsal::class.java, "answer", type)
        val factory = MethodType.methodType(WorkerSupplier::class.java)
        LambdaMetafactory.metafactory(lookup, "get", factory, type, body, type).target.invokeWithArguments()
    }

    @JvmStatic
    @Suppress("unused") // what makeLambda makes a lambda of
    private fun answer(): Any? = 1
}
