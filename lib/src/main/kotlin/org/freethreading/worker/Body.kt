package org.freethreading.worker

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
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
internal sealed interface Body {
    /** What the user wrote, which is what would travel. */
    val function: Any

    /** Runs on the thread of [host], and returns when all is done. */
    fun run(host: Host, argument: Any?): Any?

    fun asRunnable(argument: Any?): Runnable

    class Blocking(override val function: Any, private val call: WorkerFunction<Any?, Any?>) : Body {
        override fun run(host: Host, argument: Any?): Any? = call.apply(argument)

        override fun asRunnable(argument: Any?): Runnable = function as? Runnable ?: Runnable { call.apply(argument) }
    }

    class Suspending(override val function: Any, private val call: suspend CoroutineScope.(Any?) -> Any?) : Body {
        @OptIn(ExperimentalCoroutinesApi::class)
        override fun run(host: Host, argument: Any?): Any? {
            val job = Job()
            host.suspends(job)
            val result = CoroutineScope(
                host.context + job
            ).async(start = CoroutineStart.UNDISPATCHED) { call(argument) }
            if (!result.isCompleted) {
                result.invokeOnCompletion { host.loop.wake() }
                host.loop.runUntil { result.isCompleted }
            }
            host.suspends(null)
            return result.getCompleted()
        }

        override fun asRunnable(argument: Any?) = Runnable { runBlocking { call(argument) } }
    }

    companion object {
        fun of(call: suspend CoroutineScope.() -> Any?): Body = Suspending(call) { call() }

        fun of(call: WorkerRunnable): Body = Blocking(call) { call.runTask() }

        fun of(call: WorkerCallable<*>): Body = Blocking(call) { call.call() }

        /** A checked exception of a [WorkerRunnable] arrives as itself, not as its `run` wraps it. */
        fun ofPlain(call: Runnable): Body = if (call is WorkerRunnable) of(call) else Blocking(call) { call.run() }

        fun ofPlain(call: Callable<*>): Body = Blocking(call) { call.call() }

        @Suppress("UNCHECKED_CAST") // the items of a map are what its function takes
        fun <A> mapping(function: suspend (A) -> Any?): Body = Suspending(function) { function(it as A) }

        @Suppress("UNCHECKED_CAST")
        fun <A> mapping(function: WorkerFunction<A, *>): Body = Blocking(function) { function.apply(it as A) }

        @Suppress("UNCHECKED_CAST")
        fun <A, B> mappingPairs(function: suspend (A, B) -> Any?): Body =
            Suspending(function) { (it as Map.Entry<A, B>).let { (a, b) -> function(a, b) } }

        @Suppress("UNCHECKED_CAST")
        fun <A, B> mappingPairs(function: WorkerBiFunction<A, B, *>): Body =
            Blocking(function) { (it as Map.Entry<A, B>).let { (a, b) -> function.apply(a, b) } }
    }
}
