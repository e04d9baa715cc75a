package org.freethreading.wire

import java.io.ObjectInputFilter
import java.io.ObjectInputFilter.Status
import java.io.Serializable
import java.lang.reflect.Proxy

/**
 * The classes that the parent accepts from a worker that runs [function]: values of Java and Kotlin ([isKnownValue]),
 * what comes from the same place as the function's own class, and what the patterns of [allow] say: `com.acme.Report`,
 * `com.acme.*` for a package, `com.acme.**` for all below it, too.
 *
 * It answers for classes only. How deep, how many and how long is [Guard]'s.
 */
internal fun trusting(function: Any, allow: List<String>): ObjectInputFilter = filter(originsOf(function), allow)

/** The same for all functions whose class is [type]. */
internal fun trusting(type: Class<*>, allow: List<String>): ObjectInputFilter =
    filter(setOfNotNull(originOf(type)), allow)

private fun filter(origins: Set<Any>, allow: List<String>): ObjectInputFilter {
    val patterns = allow.map(::patternOf)
    val accepted =
        object : ClassValue<Boolean>() {
            override fun computeValue(type: Class<*>): Boolean = !isNeverAccepted(type) &&
                (isKnownValue(type) || patterns.any { it(type.name) } || originOf(type)?.let { it in origins } == true)
        }
    return ObjectInputFilter { info ->
        val type = info.serialClass()?.let(::elementType)
        when {
            type == null -> Status.UNDECIDED
            type.isPrimitive || accepted.get(type) -> Status.ALLOWED
            else -> Status.REJECTED
        }
    }
}

/** What is in the arrays of arrays of ... of [type]. */
internal fun elementType(type: Class<*>): Class<*> = generateSequence(type) { it.componentType }.last()

/** What would run code while it is read, or bring other code with it: no pattern accepts it. */
internal fun isNeverAccepted(name: String): Boolean = NEVER.any { name.startsWith(it) }

private fun isNeverAccepted(type: Class<*>) =
    isNeverAccepted(type.name) || Proxy.isProxyClass(type) || ClassLoader::class.java.isAssignableFrom(type)

private val NEVER =
    listOf(
        "java.lang.invoke.",
        "java.lang.reflect.",
        "java.rmi.server.",
        "java.security.SignedObject",
        "javax.management.",
        "javax.naming.",
        "javax.script.",
        "com.sun.",
        "sun.reflect.",
        "sun.rmi.",
        "jdk.internal.",
        "org.codehaus.groovy.runtime.",
        "org.apache.commons.collections.functors.",
        "org.apache.commons.collections4.functors.",
        "org.springframework.beans.factory.ObjectFactory",
    )

private fun patternOf(pattern: String): (String) -> Boolean {
    val stem = pattern.trimEnd('*')
    return when (pattern.length - stem.length) {
        0 -> { name -> name == pattern }
        1 -> { name -> name.startsWith(stem) && '.' !in name.drop(stem.length) }
        else -> { name -> name.startsWith(stem) }
    }
}

/**
 * Where the classes of [function] come from. The functions that this library wraps around the user's are looked
 * through: the place of what they captured counts.
 */
private fun originsOf(function: Any): Set<Any> {
    val origins = HashSet<Any>()
    var layer = listOf(function)
    repeat(WRAPPERS) {
        val (wrappers, own) = layer.partition { isOurs(it.javaClass) }
        own.mapNotNullTo(origins) { originOf(it.javaClass) }
        layer = wrappers.flatMap { namedParts(it) }.mapNotNull { it.value }.filter { it is Serializable && !isLeaf(it) }
    }
    return origins
}

/** The class that has called the library: the first on the stack that is none of its own. */
internal fun callerOfLibrary(): Class<*> = CALLERS.walk { frames ->
    frames.map { it.declaringClass }.filter { !OURS_OR_NOT.get(it) }.findFirst().orElse(Parcel::class.java)
}

private val CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)

private val OURS_OR_NOT =
    object : ClassValue<Boolean>() {
        override fun computeValue(type: Class<*>) = isOurs(type)
    }

private fun isOurs(type: Class<*>) = originOf(type) == OURS || type.packageName == "org.freethreading.java"

/** The place [type] was loaded from; its loader, if it does not say; null if that is Java's own. */
private fun originOf(type: Class<*>): Any? {
    // As text, for to compare addresses is to ask the network.
    type.protectionDomain.codeSource?.location?.let { return it.toExternalForm() }
    return type.classLoader?.takeUnless { it === ClassLoader.getPlatformClassLoader() }
}

private val OURS = originOf(Parcel::class.java)

/** How many functions of ours may be around one of the user's. */
private const val WRAPPERS = 4
