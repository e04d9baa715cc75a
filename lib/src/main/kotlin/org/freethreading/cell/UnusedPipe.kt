package org.freethreading.cell

import org.freethreading.memory.Passenger

/**
 * Both ends of a pipe that has come to this process as a whole, which has used neither: it carries both. As soon as it
 * uses one it takes part in that one only, so that the other one is not over when this process ends.
 */
internal class UnusedPipe(private val ends: List<SharedPlot>) {
    private val carried = ends.map(SharedPlot::aboard)

    val isUsed: Boolean get() = ends.any(SharedPlot::hasJoined)

    fun release() = carried.forEach(Passenger::drop)
}
