package org.freethreading.wire

import org.freethreading.Codec
import org.freethreading.NotShippableException
import java.io.NotSerializableException

/*
 * How a path reads: from what was handed over, step by step, to the culprit and its class.
 *
 *     path  = root step* "(" full name of the culprit's class ")"
 *     root  = "lambda in Report.run" | "function reference Report::load" | "object in Report.run" | "function
 *     Report.Job"
 *           | role | role " Order", where a field follows | role " lambda in Report.run", where the value is a function
 *     step  = " captured 'name'"     what a lambda, an inner or an anonymous class took with it; 'this', and the
 *                                    'receiver' of a bound reference, too
 *           | ".field" | "[3]" | "[\"key\"]" | ".key", a key itself
 *           | ".<inside HashMap>"    a part that has no name, because the class keeps it to itself
 *
 * A way is found as the objects that are written, but the names are in the objects that the program has. So the names
 * are found from the root down, each part of the one looked up among the parts of the other.
 */

internal const val FUNCTION = "function"

internal fun refusedGraph(
    root: Any,
    role: String,
    failure: Throwable,
    leaving: Boolean = false,
): NotShippableException {
    if (failure is StackOverflowError) return tooDeep(root, role, failure)
    val culprit = findCulprit(root, leaving) ?: return unexplained(root, role, failure)
    val steps = stepsOf(root, culprit.way)
    return refusal(rootName(root, role, steps.firstOrNull()) + shortened(steps), culprit.refusal, steps.lastOrNull())
}

internal fun refusedJson(value: Any, role: String, failure: Throwable): NotShippableException =
    if (failure is StackOverflowError) tooDeep(value, role, failure) else refusal(role, jsonThrew(value, failure))

internal fun refusedByCodec(value: Any?, role: String, codec: Codec, failure: Throwable) =
    NotShippableException(
        path = "$role (${value?.let { typeName(it.javaClass) }})",
        reason = "its codec ${codec.javaClass.name} threw $failure",
        remedy = "Pass what the codec can encode, or teach it this",
        cause = failure,
    )

private fun refusal(path: String, why: Refusal, lastStep: String? = null): NotShippableException {
    val type = why.culprit.javaClass
    val isThis = lastStep == " captured 'this'" && why.reason == NOT_SERIALISABLE
    val advice = "Copy what is needed of it into local variables and capture those. "
    val remedy = if (isThis) advice + why.remedy else why.remedy
    return NotShippableException("$path (${typeName(type)})", why.reason, remedy, why.cause)
}

private fun tooDeep(root: Any, role: String, overflow: StackOverflowError) =
    NotShippableException(
        path = "${rootName(root, role, null)} (${typeName(root.javaClass)})",
        reason = "nested too deep: the stack overflowed while it was written",
        remedy = "Keep long chains in a list or an array, or cut a circle that @Serializable classes form",
        cause = overflow,
    )

/** The search did not find what the encoder met: too many objects, or it went away meanwhile. */
private fun unexplained(root: Any, role: String, failure: Throwable): NotShippableException {
    val path = "${rootName(root, role, null)} (${typeName(root.javaClass)})"
    if (failure !is NotSerializableException) return refusal(rootName(root, role, null), thrownBy(root, failure))
    val reason = "holds a ${failure.message}, which is $NOT_SERIALISABLE"
    return NotShippableException(path, reason, "Find it and leave it out", failure)
}

private fun rootName(root: Any, role: String, firstStep: String?): String {
    val function = functionName(root)
    return when {
        role == FUNCTION -> function ?: "function ${simpleName(root.javaClass)}"
        function != null -> "$role $function"
        firstStep == null -> role
        firstStep.startsWith(".") -> "$role ${simpleName(root.javaClass)}"
        firstStep.startsWith("[") -> "$role " // argument [3]
        else -> "$role ${simpleName(root.javaClass)}"
    }
}

private fun stepsOf(root: Any, way: List<Any>): List<String> {
    var whole = root
    return way.drop(1).mapIndexed { depth, written ->
        val part = partWritten(whole, written) ?: partWritten(way[depth], written)
        if (part == null && isStorage(written, whole)) return@mapIndexed ""
        val step = part?.step ?: ".<inside ${simpleName(whole.javaClass)}>"
        whole = part?.value ?: written
        step
    }.filter { it.isNotEmpty() }
}

/**
 * Whether [part] is only where a collection of the platform keeps its elements, such as the list that an unmodifiable
 * one shows.
 */
private fun isStorage(part: Any, whole: Any) =
    isPlatform(whole.javaClass) && (part is Array<*> || isCollection(part) && isCollection(whole))

private fun isCollection(value: Any) = value is Collection<*> || value is Map<*, *>

/** The named part of [whole] in whose place [written] is written: itself, or what its `writeReplace` makes of it. */
private fun partWritten(whole: Any, written: Any): Part? =
    try {
        val program = (written as? HeapHandle)?.primitive ?: written
        namedParts(whole).find { it.value === program } ?: namedParts(whole).find { isReplacedBy(it.value, written) }
    } catch (_: Exception) {
        null // a collection of the user's that cannot be read now
    } catch (_: LinkageError) {
        null
    }

/** A replacement is made anew each time, so what it consists of is compared instead. */
private fun isReplacedBy(part: Any?, written: Any): Boolean {
    if (part == null || isLeaf(part)) return false
    val replaced = dissect(part)
    if (replaced.resolved.javaClass != written.javaClass) return false
    val parts = dissect(written).parts
    return parts.size == replaced.parts.size && parts.indices.all { parts[it] === replaced.parts[it] }
}

private fun shortened(steps: List<String>): String =
    if (steps.size <= 2 * SHOWN) {
        steps.joinToString("")
    } else {
        (steps.take(SHOWN) + " … ${steps.size - 2 * SHOWN} steps … " + steps.takeLast(SHOWN)).joinToString("")
    }

/** How many steps of a long way are shown at either end. */
private const val SHOWN = 8
