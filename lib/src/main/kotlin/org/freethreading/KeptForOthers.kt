package org.freethreading

import org.freethreading.cell.Kind
import org.freethreading.cell.SharedMemory

/** One that this process keeps, as it gets at it itself: without letters, but with copies, as everybody else. */
internal class KeptForOthers<S : Claimable>(private val desk: Desk<S>, private val ticket: Ticket) :
    KeptInHeap<S>(desk.protocol, desk.state) {
    override val turns = Turns(1) { ticket.turn }

    override fun pack(value: Any?, role: String): Any? = desk.wares.pack(value, role)

    override fun open(stored: Any?): Any? = desk.wares.open(stored)

    override fun handleOf(face: Any, make: (Ticket) -> Any): Any {
        ticket.presence.holding { face }
        Office.open(desk, ticket)
        return make(ticket)
    }

    override suspend fun call(operation: Operation<S>, arguments: List<Any?>): Any? =
        desk.here(operation.isQuick(arguments)) { operation.run(state, arguments) }

    override fun callBlocking(operation: Operation<S>, arguments: List<Any?>): Any? =
        desk.here(operation.isQuick(arguments)) { operation.run(state, arguments) }

    override fun toString() = "kept here"

    companion object {
        fun <S : Claimable> new(protocol: Protocol<S>, state: S, wares: Wares, backend: Backend): Kept<S> {
            val plot = SharedMemory.own.allocate(Kind.VALUE)
            val presence = plot.resident { Presence(plot) } as Presence
            val desk = Desk(Office.nextNumber(), protocol, state, wares, plot.address)
            return KeptForOthers(
                desk,
                Ticket(desk.number, Keeper.here(), Office.inbox, presence, RLock(backend), wares.codec),
            )
        }
    }
}
