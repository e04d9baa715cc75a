package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.freethreading.WorkerBiFunction
import org.freethreading.WorkerCallable
import org.freethreading.WorkerFunction
import org.freethreading.WorkerRunnable
import java.util.concurrent.Callable

/** What a task does with its argument: a plain function, or a suspending one that runs on the loop of its worker. */
internal abstract class Body(val shape: Shape, val function: Any) {
    /** The function as it travels to a process; null where it need not. */
    @Volatile
    var cargo: Cargo? = null

    /** Runs on the thread of [host], and returns when all is done. */
    abstract fun run(host: Host, argument: Any?): Any?

    abstract fun asRunnable(argument: Any?): Runnable

    private class Blocking(shape: Shape, function: Any, private val call: (Any?) -> Any?) : Body(shape, function) {
        override fun run(host: Host, argument: Any?): Any? = call(argument)

        override fun asRunnable(argument: Any?): Runnable = function as? Runnable ?: Runnable { call(argument) }
    }

    private class Suspending(shape: Shape, function: Any, private val call: suspend CoroutineScope.(Any?) -> Any?) :
        Body(shape, function) {
        @OptIn(ExperimentalCoroutinesApi::class)
        override fun run(host: Host, argument: Any?): Any? {
            val job = Job()
            host.suspends(job)
            val pulse = host.loop.pulse
            val result = if (pulse == null) begin(host, job, argument) else pulse.during { begin(host, job, argument) }
            if (!result.isCompleted) {
                result.invokeOnCompletion { host.loop.wake() }
                host.loop.runUntil { result.isCompleted }
            }
            host.suspends(null)
            return result.getCompleted()
        }

        private fun begin(host: Host, job: Job, argument: Any?): Deferred<Any?> =
            CoroutineScope(host.context + job).async(start = CoroutineStart.UNDISPATCHED) { call(argument) }

        override fun asRunnable(argument: Any?) = Runnable { runBlocking { call(argument) } }
    }

    /** What kind of function it is, and so how it is called. The order is that of the wire. */
    enum class Shape { BLOCK, RUN, CALL, PLAIN_RUN, PLAIN_CALL, EACH, APPLY, EACH_PAIR, APPLY_PAIR }

    companion object {
        fun of(call: suspend CoroutineScope.() -> Any?): Body = of(Shape.BLOCK, call)

        fun of(call: WorkerRunnable): Body = of(Shape.RUN, call)

        fun of(call: WorkerCallable<*>): Body = of(Shape.CALL, call)

        /** A checked exception of a [WorkerRunnable] arrives as itself, not as its `run` wraps it. */
        fun ofPlain(call: Runnable): Body = of(if (call is WorkerRunnable) Shape.RUN else Shape.PLAIN_RUN, call)

        fun ofPlain(call: Callable<*>): Body = of(Shape.PLAIN_CALL, call)

        fun <A> mapping(function: suspend (A) -> Any?): Body = of(Shape.EACH, function)

        fun <A> mapping(function: WorkerFunction<A, *>): Body = of(Shape.APPLY, function)

        fun <A, B> mappingPairs(function: suspend (A, B) -> Any?): Body = of(Shape.EACH_PAIR, function)

        fun <A, B> mappingPairs(function: WorkerBiFunction<A, B, *>): Body = of(Shape.APPLY_PAIR, function)

        /** The body of a [function] of which [shape] tells what it is; also of one that has arrived from elsewhere. */
        @Suppress("UNCHECKED_CAST") // the shape tells, and the items of a map are what its function takes
        fun of(shape: Shape, function: Any): Body = when (shape) {
            Shape.BLOCK -> (function as suspend CoroutineScope.() -> Any?).let { Suspending(shape, it) { _ -> it() } }
            Shape.RUN -> (function as WorkerRunnable).let { Blocking(shape, it) { _ -> it.runTask() } }
            Shape.CALL -> (function as WorkerCallable<*>).let { Blocking(shape, it) { _ -> it.call() } }
            Shape.PLAIN_RUN -> (function as Runnable).let { Blocking(shape, it) { _ -> it.run() } }
            Shape.PLAIN_CALL -> (function as Callable<*>).let { Blocking(shape, it) { _ -> it.call() } }
            Shape.EACH -> (function as suspend (Any?) -> Any?).let { Suspending(shape, it) { item -> it(item) } }
            Shape.APPLY -> (function as WorkerFunction<Any?, *>).let { Blocking(shape, it, it::apply) }
            Shape.EACH_PAIR -> (function as suspend (Any?, Any?) -> Any?).let {
                Suspending(shape, it) { pair -> (pair as Map.Entry<*, *>).let { (a, b) -> it(a, b) } }
            }
            Shape.APPLY_PAIR -> (function as WorkerBiFunction<Any?, Any?, *>).let {
                Blocking(shape, it) { pair -> (pair as Map.Entry<*, *>).let { (a, b) -> it.apply(a, b) } }
            }
        }
    }
}
