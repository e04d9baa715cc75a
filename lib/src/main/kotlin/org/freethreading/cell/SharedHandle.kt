package org.freethreading.cell

import org.freethreading.memory.Address
import org.freethreading.memory.Passengers
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.io.Serializable

/**
 * What a primitive that processes share serialises to: where it lies. On arrival it becomes the primitive of that
 * record, the same one however often it comes.
 *
 * Reading it throws an [IllegalStateException] if the record is gone.
 */
internal abstract class SharedHandle(@Transient private var plot: SharedPlot?) : Serializable {
    /** The primitive of a record that has come to this process. */
    protected abstract fun primitiveOf(plot: SharedPlot): Any

    private fun writeObject(out: ObjectOutputStream) {
        out.defaultWriteObject()
        val plot = plot!!
        val (file, index, generation) = plot.address
        out.writeInt(file)
        out.writeInt(index)
        out.writeInt(generation)
        Passengers.board(plot)
    }

    private fun readObject(input: ObjectInputStream) {
        input.defaultReadObject()
        val address = Address(input.readInt(), input.readInt(), input.readInt())
        plot = SharedMemory.own.attach(address)
    }

    protected fun readResolve(): Any = plot!!.also(::hasCome).resident(::primitiveOf)

    /** It has come to this process. */
    protected open fun hasCome(plot: SharedPlot) = Unit

    private companion object {
        private const val serialVersionUID = 1L
    }
}
