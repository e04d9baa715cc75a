package org.freethreading.memory

/** A record whose handle travels, as the one knows it who sends it. He keeps it alive as long as he keeps this. */
internal interface Passenger {
    val address: Address

    /** The handle sets out. To be followed by a landing, by whoever gets it. */
    fun lift()

    /** It will never arrive. */
    fun land()

    /** What stands for it in one parcel, whether that is to be sent, or has come and is still to be opened. */
    fun aboard(): Passenger = this

    /** Who had got that parcel has died, perhaps before he opened it. */
    fun isLost() = Unit

    /** That parcel is done with: it will not set out any more. */
    fun drop() = Unit
}

/** Lists the records whose handles are written, for what carries them to keep them alive. */
internal object Passengers {
    private val boarding = ThreadLocal<MutableList<Passenger>?>()

    /** The handle of [passenger] is being written. */
    fun board(passenger: Passenger) {
        boarding.get()?.add(passenger.aboard())
    }

    /** Runs [write], and gives [listed] those whose handles it has written. */
    inline fun <T> during(write: () -> T, listed: (List<Passenger>) -> Unit): T {
        val before = begin()
        try {
            return write().also { listed(all()) }
        } catch (failure: Throwable) {
            all().forEach(Passenger::drop)
            throw failure
        } finally {
            end(before)
        }
    }

    fun begin(): MutableList<Passenger>? = boarding.get().also { boarding.set(ArrayList(0)) }

    fun all(): List<Passenger> = boarding.get().orEmpty()

    fun end(before: MutableList<Passenger>?) = if (before == null) boarding.remove() else boarding.set(before)
}
