package org.freethreading.wire

import java.io.NotSerializableException
import java.io.ObjectOutputStream
import java.io.OutputStream
import java.io.Serializable

/** Java serialisation by the rule of what travels: each object is replaced by what [standIn] says. */
internal class ShippingStream(out: OutputStream) : ObjectOutputStream(out) {
    init {
        enableReplaceObject(true)
    }

    override fun replaceObject(obj: Any): Any? = standIn(obj)
}

/**
 * What is written in place of [value] in a graph.
 *
 * Java calls `writeReplace` first and this with what it returned. Hence a primitive made for threads comes here as a
 * [HeapHandle]. It counts as one that could travel, since a program that runs on processes would have made it for them;
 * it is written as null, which nobody will read.
 */
internal fun standIn(value: Any): Any? = when (val way = wayOf(value)) {
    is Way.Json -> value as? Serializable ?: JsonBox.of(value, way)
    Way.ListView -> ArrayList(value as List<*>)
    // Java would write these two without a word.
    Way.Variable, is Way.Unreadable -> throw NotSerializableException(value.javaClass.name)
    Way.Java -> value.takeUnless { it is HeapHandle }
    Way.Raw -> value as? Serializable // of the raw ones only Unit is not
    Way.None -> value // and ObjectOutputStream refuses it
}
