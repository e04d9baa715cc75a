package org.freethreading.wire

import java.io.InputStream
import java.io.InvalidClassException
import java.io.ObjectInputStream
import java.io.ObjectStreamClass

/**
 * Reads what [ShippingStream] wrote. The boxes in it are opened as they come, before they get to the field, array or
 * collection that they are for; a box holds no references, so none can lead back to it.
 *
 * @param hashCost for a stream that is not trusted
 */
internal class OpeningStream(
    input: InputStream,
    private val classes: Classes,
    private val guard: Guard,
    private val hashCost: HashCost?,
) : ObjectInputStream(input) {
    init {
        enableResolveObject(true)
        objectInputFilter = guard
    }

    override fun resolveClass(description: ObjectStreamClass): Class<*> {
        val name = description.name
        if (hashCost != null && isNeverAccepted(name.trimStart('[').removePrefix("L"))) guard.refuse(notAccepted(name))
        return classes.find(name)
    }

    override fun resolveProxyClass(interfaces: Array<String>): Class<*> {
        if (hashCost != null) guard.refuse(notAccepted("java.lang.reflect.Proxy"))
        val types = Array(interfaces.size) { classes.find(interfaces[it]) }
        // The JDK offers no other way to the class of a proxy without making one.
        return try {
            java.lang.reflect.Proxy.newProxyInstance(classes.loader, types) { _, _, _ -> null }.javaClass
        } catch (failure: IllegalArgumentException) {
            throw InvalidClassException("no proxy: ${failure.message}")
        }
    }

    override fun resolveObject(read: Any?): Any? {
        val opened =
            when (read) {
                is JsonBox -> unboxed(classes, read.className, read.json)
                is SingletonName -> singleton(classes, read.className)
                else -> read
            }
        if (opened != null && hashCost?.accepts(opened) == false) {
            guard.refuse(tooMuch("its parts are in it too many times"))
        }
        return opened
    }
}

/** The object of the class of that name that [json] describes. */
internal fun unboxed(classes: Classes, className: String, json: String): Any {
    val way = wayOf(classes.findAccepted(className)) as? Way.Json
    if (way == null) throw MalformedException("$className is not @Serializable")
    return JsonBox.open(json, way)
}

private fun singleton(classes: Classes, className: String): Any {
    val field = singletonField(classes.findAccepted(className))?.takeIf { it.trySetAccessible() }
    return field?.get(null) ?: throw MalformedException("$className is no object")
}
