package org.freethreading.wire

/**
 * Whether [value] travels for certain, seen without encoding it: a number, a string, a constant, an array of these, or
 * a flat list of any of them.
 *
 * Lists in lists are left to the encoder. Looking into them would need a guard against lists that contain themselves.
 */
internal fun isRaw(value: Any): Boolean = when {
    isLeaf(value) -> true
    value is Array<*> -> value.all(::isLeaf)
    // A list class of the user's may carry more than its elements.
    value is List<*> && isPlatform(value.javaClass) -> isFlat(value)
    else -> false
}

/** Whether [value] has no parts that could fail to travel. */
internal fun isLeaf(value: Any?): Boolean = value == null || value is String || value is Int || wayOf(value) == Way.Raw

private fun isFlat(list: List<*>) = try {
    list.all(::isLeaf)
} catch (_: RuntimeException) {
    false // changed meanwhile, or a view that throws: the encoder will say how it fails
}
