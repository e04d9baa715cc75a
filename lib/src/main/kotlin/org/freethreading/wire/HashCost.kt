package org.freethreading.wire

import java.lang.reflect.Field
import java.lang.reflect.Modifier
import java.util.IdentityHashMap

/**
 * Finds hash bombs: a few hundred bytes of sets in sets, each of them there twice, whose hash code takes years.
 *
 * The cost of an object is one, and the cost of all its parts as often as they are there. The parts are complete before
 * the whole, so each object is looked at once. What shares its parts more than [limit] times over is refused before
 * anything around it asks for its hash code.
 */
internal class HashCost(private val limit: Long) {
    private val costs = IdentityHashMap<Any, Long>()

    /** Adds [whole], which was read to its end; false if it costs too much. */
    fun accepts(whole: Any): Boolean {
        if (isLeaf(whole)) return true
        var cost = 1L
        try {
            for (part in parts(whole)) {
                cost += if (part == null) 1 else costs[part] ?: 1
                if (cost > limit) return false
            }
        } catch (_: RuntimeException) {
            return true // it cannot be looked through now, and its hash code cannot either
        }
        if (cost > 1) costs[whole] = cost
        return true
    }

    private fun parts(whole: Any): Iterator<Any?> = when {
        whole is Array<*> -> whole.iterator()
        !isPlatform(whole.javaClass) -> FIELDS.get(whole.javaClass).asSequence().map { it.get(whole) }.iterator()
        whole is Collection<*> -> whole.iterator()
        whole is Map<*, *> -> (whole.keys.asSequence() + whole.values.asSequence()).iterator()
        whole is Map.Entry<*, *> -> listOf(whole.key, whole.value).iterator()
        whole is Pair<*, *> -> whole.toList().iterator()
        whole is Triple<*, *, *> -> whole.toList().iterator()
        else -> emptyList<Any?>().iterator()
    }

    private companion object {
        val FIELDS =
            object : ClassValue<List<Field>>() {
                override fun computeValue(type: Class<*>): List<Field> =
                    generateSequence(type) { it.superclass }
                        .filterNot(::isPlatform)
                        .flatMap { it.declaredFields.asSequence() }
                        .filter { !Modifier.isStatic(it.modifiers) && !isRawType(it.type) && it.trySetAccessible() }
                        .toList()
            }
    }
}
