package org.freethreading.wire

import java.io.ObjectOutputStream
import java.io.OutputStream
import java.lang.invoke.SerializedLambda

/**
 * One object as Java serialisation sees it: what is written in its place, and the parts that this would write next.
 *
 * Serialisation itself is the best witness: a stream is given the object, notes each part it comes to, and writes null
 * in its place, so it never goes deeper than one step. That needs no access to private fields and no second opinion on
 * `transient`, `writeReplace`, `writeObject` and `Externalizable`, for classes of the JDK as well.
 *
 * @property resolved what is written in place of the object, after its `writeReplace`
 * @property parts without those that cannot fail
 * @property isReplaced whether `writeReplace`, if there is one, returned; it is called while the holder is dissected,
 *   too
 * @property refusal why the object cannot be written, whatever its parts are
 */
internal class Dissection(val resolved: Any, val isReplaced: Boolean, val parts: List<Any>, val refusal: Refusal?)

internal fun dissect(value: Any, leaving: Boolean = false): Dissection {
    val probe = Probe(leaving)
    val refusal =
        try {
            probe.writeObject(value)
            probe.refusal
        } catch (_: Enough) {
            probe.refusal
        } catch (failure: Exception) {
            thrownBy(value, failure)
        } catch (failure: StackOverflowError) {
            thrownBy(value, failure)
        } catch (failure: LinkageError) {
            thrownBy(value, failure)
        }
    return Dissection(probe.resolved ?: value, probe.resolved != null, probe.parts, refusal)
}

private class Probe(private val leaving: Boolean) : ObjectOutputStream(OutputStream.nullOutputStream()) {
    var resolved: Any? = null
    var refusal: Refusal? = null
    val parts = ArrayList<Any>()

    init {
        enableReplaceObject(true)
    }

    override fun replaceObject(obj: Any): Any? {
        if (resolved == null) return begin(obj)
        if (!isLeaf(obj)) parts += obj
        return null
    }

    private fun begin(whole: Any): Any {
        resolved = whole
        refusal = if (leaving && whole is HeapHandle) whole.refusal() else refusalOf(whole)
        if (refusal != null) throw Enough()
        if (whole is SerializedLambda) {
            // Its one part would be the array of what it captured: leave out that step.
            (0 until whole.capturedArgCount).mapNotNull(whole::getCapturedArg).filterNotTo(parts, ::isLeaf)
            throw Enough()
        }
        return standIn(whole, leaving)?.takeUnless { it is JsonBox || it is SingletonName } ?: throw Enough()
    }
}

/** The probe has seen enough. */
private class Enough : RuntimeException(null, null, false, false)
