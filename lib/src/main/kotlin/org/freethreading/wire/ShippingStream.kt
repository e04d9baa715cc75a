package org.freethreading.wire

import java.io.NotSerializableException
import java.io.ObjectOutputStream
import java.io.OutputStream
import java.io.Serializable

/** Java serialisation by the rule of what travels: each object is replaced by what [standIn] says. */
internal class ShippingStream(out: OutputStream, private val leaving: Boolean) : ObjectOutputStream(out) {
    init {
        enableReplaceObject(true)
    }

    override fun replaceObject(obj: Any): Any? = standIn(obj, leaving)
}

/**
 * What is written in place of [value] in a graph.
 *
 * Java calls `writeReplace` first and this with what it returned. Hence a primitive made for threads comes here as a
 * [HeapHandle]. Where the bytes are really [leaving] it says itself why it cannot; else it is written as null, which
 * nobody will read.
 */
internal fun standIn(value: Any, leaving: Boolean): Any? = when (val way = wayOf(value)) {
    is Way.Json -> value as? Serializable ?: JsonBox.of(value, way)
    is Way.Singleton -> if (way.isInstance(value)) SingletonName(value.javaClass.name) else value
    Way.ListView -> ArrayList(value as List<*>)
    // Java would write these two without a word.
    Way.Variable, is Way.Unreadable -> throw NotSerializableException(value.javaClass.name)
    Way.Java -> value.takeUnless { it is HeapHandle && !leaving }
    Way.Raw -> if (value === Unit) SingletonName(Unit.javaClass.name) else value
    Way.None -> value // and ObjectOutputStream refuses it
}
