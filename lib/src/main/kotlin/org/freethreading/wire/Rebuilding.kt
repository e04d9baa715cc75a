package org.freethreading.wire

import java.io.Externalizable
import java.io.Serializable
import java.lang.reflect.Modifier

/**
 * Why an object of the serialisable class [type] could be written but not read again, or null if nothing speaks against
 * it.
 *
 * To read an object Java calls the constructor without arguments of its first superclass that is not serialisable (or
 * of the class itself, if it is `Externalizable`). It looks for that only when it reads, which is in the other process
 * and too late for who handed the object over.
 */
internal fun flawOf(type: Class<*>): String? {
    if (isPlatform(type) || type.isRecord || type.isInterface) return null
    if (Externalizable::class.java.isAssignableFrom(type)) {
        val isRebuilt = Modifier.isPublic(type.modifiers) && constructorOf(type)?.let(Modifier::isPublic) == true
        return if (isRebuilt) null else "an Externalizable needs a public constructor without arguments to be rebuilt"
    }
    val supertypes = generateSequence<Class<*>>(type) { it.superclass }
    val base = supertypes.first { !Serializable::class.java.isAssignableFrom(it) }
    val constructor = constructorOf(base)
    val isReachable =
        when {
            constructor == null || Modifier.isPrivate(constructor) -> false
            Modifier.isPublic(constructor) || Modifier.isProtected(constructor) -> true
            else -> base.packageName == type.packageName && base.classLoader == type.classLoader
        }
    if (isReachable) return null
    return "its superclass ${base.name} is not serialisable and has no constructor without arguments"
}

/** The modifiers of the constructor of [type] without arguments, or null if there is none. */
private fun constructorOf(type: Class<*>): Int? =
    try {
        type.getDeclaredConstructor().modifiers
    } catch (_: NoSuchMethodException) {
        null
    } catch (_: LinkageError) {
        Modifier.PUBLIC // a class it mentions is missing: leave it to the stream
    }
