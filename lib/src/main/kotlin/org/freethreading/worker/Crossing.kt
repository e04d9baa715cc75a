package org.freethreading.worker

import org.freethreading.Codec
import org.freethreading.StackRoom
import org.freethreading.process.ClassServer
import org.freethreading.process.Payloads
import org.freethreading.wire.Border
import org.freethreading.wire.Opener
import org.freethreading.wire.Packer
import org.freethreading.wire.Parcel
import org.freethreading.wire.ParcelOutput
import org.freethreading.wire.Stowage
import org.freethreading.wire.trusting

/**
 * How functions and values get from a caller to a worker. Threads have none, or one that only checks ([Checked]); on
 * the way to a process both are packed ([Packed]), in the caller, who so learns at once what cannot travel.
 */
internal sealed interface Crossing {
    /**
     * Prepares the function of [body], which several tasks will run if it [isShared].
     *
     * @throws org.freethreading.NotShippableException if it cannot travel
     * @throws StackOverflowError if there is too little of the stack left to hand it in
     */
    fun function(body: Body, isShared: Boolean = false)

    /**
     * What the worker is handed in place of [value]: the value itself, or its parcel.
     *
     * @throws org.freethreading.NotShippableException if it cannot travel
     */
    fun value(value: Any?, role: String): Any?

    /**
     * As [value], for an argument; the caller has to call [Parcel.fill] of a parcel that is not filled when he has handed it in.
     *
     * @throws org.freethreading.NotShippableException if it cannot travel
     */
    fun argument(value: Any?): Any? = value(value, "argument")

    fun withCodec(codec: Codec?): Crossing

    /** Strict threads: all could travel, and nothing does. */
    class Checked(private val border: Border) : Crossing {
        override fun function(body: Body, isShared: Boolean) = border.checkFunction(body.function)

        override fun value(value: Any?, role: String): Any? = value.also { border.checkValue(it, role) }

        override fun withCodec(codec: Codec?) = Checked(border.withCodec(codec))
    }

    /** Processes, which the parent trusts with the classes of its functions' makers and those of [allow]. */
    class Packed(
        val codec: Codec?,
        private val allow: List<String>,
        private val stowage: Stowage = Payloads.ofArguments,
        limit: Int = ParcelOutput.LIMIT,
    ) : Crossing {
        private val packer = Packer(codec, stowage, limit)
        private val packerOfFunctions = Packer(codec, Stowage(stowage::newFile), limit) // several tasks may share one
        private val openers = object : ClassValue<Array<Opener?>>() {
            override fun computeValue(type: Class<*>) = arrayOfNulls<Opener>(1)
        }

        override fun function(body: Body, isShared: Boolean) {
            StackRoom.require() // on the way to a process there are locks that would stay held
            if (body.cargo != null) return
            ClassServer.register(body.function.javaClass.classLoader)
            body.cargo = Cargo.of(body.function, packerOfFunctions, isShared)
        }

        override fun value(value: Any?, role: String): Any? {
            ClassServer.register(value?.javaClass?.classLoader)
            return packer.plainOrParcel(value, role)
        }

        override fun argument(value: Any?): Any? {
            ClassServer.register(value?.javaClass?.classLoader)
            return packer.argument(value)
        }

        /** As [value], where all are kept as parcels. */
        fun parcel(value: Any?, role: String): Parcel {
            ClassServer.register(value?.javaClass?.classLoader)
            return packer.value(value, role)
        }

        override fun withCodec(codec: Codec?) = if (codec === this.codec) this else Packed(codec, allow, stowage)

        /** Opens what the function of [body] returned. */
        fun opener(body: Body): Opener {
            val known = openers.get(body.function.javaClass)
            return known[0] ?: newOpener(body.function).also { known[0] = it } // a race is benign
        }

        /**
         * Opens items of a queue that [maker] has made. A child takes whatever it gets; the program at the top what it
         * would take as a result of a function of that class.
         */
        fun openerOfItems(maker: Class<*>): Opener {
            val childs = Here.classes?.let { Opener(it, codec, trust = null) }
            return childs ?: Opener(maker.classLoader, codec, trusting(maker, allow))
        }

        private fun newOpener(function: Any) =
            Opener(function.javaClass.classLoader, codec, trusting(function, allow))
    }
}
