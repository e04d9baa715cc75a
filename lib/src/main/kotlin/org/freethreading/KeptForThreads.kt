package org.freethreading

import org.freethreading.cell.HeapPlot
import org.freethreading.cell.Kind
import org.freethreading.wire.Border
import org.freethreading.wire.HeapHandle

/** One whose state is in this heap. */
internal abstract class KeptInHeap<S : Claimable>(protocol: Protocol<S>, val state: S) : Kept<S>(protocol) {
    override suspend fun call(operation: Operation<S>, arguments: List<Any?>): Any? = operation.run(state, arguments)

    override fun callBlocking(operation: Operation<S>, arguments: List<Any?>): Any? = operation.run(state, arguments)

    override fun tell(operation: Operation<S>, arguments: List<Any?>) {
        operation.run(state, arguments)
    }
}

/** One for threads: what is put in is what comes out. */
internal class KeptForThreads<S : Claimable>(protocol: Protocol<S>, state: S, private val border: Border?) :
    KeptInHeap<S>(protocol, state) {
    override val turns = Turns(protocol.parts) { RLock(Lock(HeapPlot(Kind.LOCK))) }

    override fun pack(value: Any?, role: String): Any? = value.also { border?.checkValue(it, role) }

    override fun open(stored: Any?): Any? = stored

    override fun partOf(what: Any?): Int = partOf(what, protocol.parts)

    override fun handleOf(face: Any, make: (Ticket) -> Any): Any = HeapHandle(face)
}

/** Which of [count] parts, a power of two, [what] belongs to. */
internal fun partOf(what: Any?, count: Int): Int = what.hashCode().let { it xor (it ushr 16) } and count - 1
