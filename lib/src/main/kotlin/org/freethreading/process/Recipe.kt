package org.freethreading.process

import org.freethreading.ProcessOptions

/**
 * All that makes one child different from another before it is given work. A child made by an equal recipe will do.
 *
 * @property share how much of the memory its heap may use at most, in percent
 * @property processors how many processors it may think there are
 */
internal data class Recipe(val options: ProcessOptions, val share: Double, val processors: Int)
