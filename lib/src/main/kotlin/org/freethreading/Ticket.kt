package org.freethreading

import java.io.Serializable

/**
 * What is needed to get at an object that a process keeps; a part of its handle.
 *
 * @property number which of the objects of that process it is
 * @property inbox where the keeper gets its letters
 * @property turn the lock of whoever changes the object by a function
 */
internal class Ticket(
    val number: Long,
    val keeper: Keeper,
    val inbox: Post,
    val presence: Presence,
    val turn: RLock,
    val codec: Codec?,
) : Serializable {
    /** The primitive of the object in this process, the same one as long as somebody holds it; [make] makes it. */
    fun <S : Claimable> face(protocol: Protocol<S>, make: (Kept<S>) -> Any): Any {
        fun kept() = if (keeper.isThisProcess) Office.kept(protocol, this) else KeptElsewhere(protocol, this)
        return presence.holding { make(kept()) }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}
