package org.freethreading.wire

import java.util.Collections
import java.util.IdentityHashMap

/**
 * Finds why a graph could not be written: the culprit, and the shortest way to it.
 *
 * Breadth first, so that the way is short, with a queue instead of recursion, so that depth costs nothing, and each
 * object once, so that circles end. The objects on the way are those that would be written, after `writeReplace`.
 */
internal fun findCulprit(root: Any, leaving: Boolean = false): Culprit? {
    val seen = Collections.newSetFromMap(IdentityHashMap<Any, Boolean>())
    val waiting = ArrayDeque<Visit>()
    waiting += Visit(root, from = null)
    repeat(LIMIT) {
        val visit = waiting.removeFirstOrNull() ?: return null
        val dissection = dissect(visit.value, leaving)
        if (dissection.refusal != null) {
            return unreplacedPart(visit, dissection) ?: Culprit(visit.way(), dissection.refusal)
        }
        dissection.parts.filter(seen::add).mapTo(waiting) { Visit(it, visit) }
    }
    return null
}

/** The holder was blamed for what it threw, but it may have been the `writeReplace` of a part, which comes first. */
private fun unreplacedPart(holder: Visit, dissection: Dissection): Culprit? {
    val thrown = dissection.refusal?.cause ?: return null
    if (!dissection.isReplaced) return null // it was its own
    return partsOf(dissection.resolved).firstNotNullOfOrNull { part ->
        val refusal = dissect(part).takeUnless { it.isReplaced }?.refusal
        refusal?.takeIf { it.cause?.javaClass == thrown.javaClass }?.let { Culprit(holder.way() + part, it) }
    }
}

private fun partsOf(holder: Any): List<Any> = try {
    namedParts(holder).mapNotNull { it.value }.filterNot(::isLeaf).toList()
} catch (_: Exception) {
    emptyList() // a collection that changes, or that throws itself
} catch (_: LinkageError) {
    emptyList() // a field of a class that is missing
}

/** What cannot travel, and the [way] to it: the root first, then each a part of the one before, the culprit last. */
internal class Culprit(val way: List<Any>, val refusal: Refusal)

private class Visit(val value: Any, val from: Visit?) {
    fun way(): List<Any> = generateSequence(this) { it.from }.map { it.value }.toList().asReversed()
}

/** More objects than this are not looked at: a message without the way is better than one that takes seconds. */
private const val LIMIT = 200_000
