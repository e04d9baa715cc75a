package org.freethreading.cell

/** The mark of a broken barrier in its word, which [org.freethreading.Barrier] explains. */
internal object BarrierWord {
    const val BROKEN = 1L
}
