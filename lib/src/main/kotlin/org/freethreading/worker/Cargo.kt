package org.freethreading.worker

import org.freethreading.wire.Packer
import org.freethreading.wire.Parcel
import org.freethreading.wire.SelfContained
import java.util.concurrent.atomic.AtomicInteger

/** A function as it travels: sent to each worker once, and named by its [number] then. */
internal class Cargo private constructor(val parcel: Parcel, val isShared: Boolean, private val isKept: Boolean) {
    /** 0 if only one task will name it. */
    val number: Int = if (isShared) numbers.updateAndGet { it % Message.MOST + 1 } else 0

    /** Nobody will send it any more. */
    fun drop() {
        if (!isKept) parcel.drop()
    }

    /** Functions that hold nothing are all alike, so a class has one cargo for good. */
    private object Stateless : ClassValue<Array<Cargo?>>() {
        override fun computeValue(type: Class<*>) = arrayOfNulls<Cargo>(1)
    }

    companion object {
        private val numbers = AtomicInteger()

        /** Packs [function]; with [isShared], several tasks will name it. Throws as [Packer.function]. */
        fun of(function: Any, packer: Packer, isShared: Boolean): Cargo {
            if (!SelfContained.isStateless(function)) return Cargo(packer.function(function), isShared, isKept = false)
            val known = Stateless.get(function.javaClass) // two may pack it at the same time, and either will do
            return known[0] ?: Cargo(packer.function(function), isShared = true, isKept = true).also { known[0] = it }
        }
    }
}
