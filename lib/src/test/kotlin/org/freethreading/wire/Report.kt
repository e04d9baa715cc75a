package org.freethreading.wire

import org.freethreading.WorkerFunction
import org.freethreading.WorkerRunnable
import java.net.Socket

/** Tasks as a Kotlin programmer writes them, for the checks of what they capture. */
internal class Report(private val connection: Any?) {
    fun run(connection: Any): suspend () -> Unit = { println(connection) }

    fun runThis(): suspend () -> Unit = { println(connection) }

    fun runDeep(order: Order): suspend (String) -> String = { "$it $order" }

    fun runVar(): suspend () -> Unit {
        var counter = 0
        return {
            counter++
            println(counter)
        }
    }

    fun runVarInSam(): WorkerRunnable {
        var text = ""
        return WorkerRunnable {
            text += "."
            println(text)
        }
    }

    fun runSam(connection: Any): WorkerRunnable = WorkerRunnable { println(connection) }

    fun runSamThis(): WorkerRunnable = WorkerRunnable { println(connection) }

    fun runSamNested(connection: Any): WorkerRunnable = listOf(1).map { WorkerRunnable { println(connection) } }.first()

    fun runSamInSuspending(connection: Any): suspend () -> WorkerRunnable = { WorkerRunnable { println(connection) } }

    fun runSamOfReference(connection: Socket): WorkerFunction<Any, Boolean> = WorkerFunction(connection::equals)

    fun runPlain(): () -> Unit = { println("done") }

    fun runCapturingPlain(): suspend () -> Unit {
        val action = runPlain()
        return { action() }
    }

    fun runAnnotated(connection: Any): () -> Unit = @JvmSerializableLambda { println(connection) }

    fun runObject(connection: Any): WorkerRunnable = object : WorkerRunnable {
        override fun runTask() = println(connection)
    }

    fun runSelfContained(): suspend (String) -> String = {
        kotlinx.coroutines.yield()
        kotlinx.coroutines.yield()
        it
    }

    fun runNumbers(number: Long, text: String, colour: Colour): suspend () -> String = { "$number $text $colour" }

    fun String.runInExtension(): suspend () -> Unit {
        val text = this
        return { listOf(connection).forEach { println("$it $text") } }
    }

    fun runAdapted(socket: Socket): (String) -> Unit = adapted(socket::describe)

    private fun adapted(block: (String) -> Unit): (String) -> Unit = block

    fun load(name: String): String = "$connection $name"

    class Job(private val socket: Socket) : WorkerRunnable {
        override fun runTask() = println(socket)
    }

    inner class InnerJob : WorkerRunnable {
        override fun runTask() = println(connection)
    }

    companion object {
        fun start(connection: Any): suspend () -> Unit = { println(connection) }

        val property: suspend () -> Unit = Socket().let { socket -> { println(socket) } }
    }
}

internal fun runTopLevel(connection: Any): WorkerRunnable = WorkerRunnable { println(connection) }

internal suspend fun runInSuspending(connection: Any): suspend () -> Unit {
    kotlinx.coroutines.yield()
    return { println(connection) }
}

private fun Socket.describe(prefix: String, suffix: String = "."): String = "$prefix $this $suffix"
