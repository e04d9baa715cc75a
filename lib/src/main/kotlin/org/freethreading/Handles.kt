package org.freethreading

import org.freethreading.cell.Plot
import org.freethreading.cell.SharedPlot
import org.freethreading.wire.HeapHandle

/**
 * What [primitive], which is made of this plot, serialises to: the handle that [shared] makes if processes share it.
 * A handle that comes back here becomes [primitive] again.
 */
internal inline fun Plot.handleOf(primitive: Any, shared: (SharedPlot) -> Any): Any {
    if (this !is SharedPlot) return HeapHandle(primitive)
    resident { primitive }
    return shared(this)
}
