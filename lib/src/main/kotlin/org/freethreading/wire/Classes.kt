package org.freethreading.wire

import org.freethreading.RemoteTaskException
import java.io.ObjectInputFilter

/**
 * The classes that what came may name, found by [loader] and accepted by [trust]. Without [trust] all are.
 *
 * No class is initialised before it is accepted, so none of its code runs.
 */
internal class Classes(val loader: ClassLoader, private val trust: ObjectInputFilter?) {
    /** @throws ClassNotFoundException if there is none */
    fun find(name: String): Class<*> = PRIMITIVES[name] ?: Class.forName(name, false, loader)

    /** Finds a class that is named outside a Java stream, whose filter knows nothing of it. */
    fun findAccepted(name: String): Class<*> {
        if (!isClassName(name)) throw MalformedException("no name of a class")
        if (trust == null) return find(name)
        if (isNeverAccepted(name)) throw notAccepted(name)
        val type = find(name)
        if (trust.checkInput(Named(type)) != ObjectInputFilter.Status.ALLOWED) throw notAccepted(type.name)
        return type
    }

    private class Named(private val type: Class<*>) : ObjectInputFilter.FilterInfo {
        override fun serialClass() = type

        override fun arrayLength() = -1L

        override fun depth() = 1L

        override fun references() = 1L

        override fun streamBytes() = 0L
    }

    private companion object {
        val PRIMITIVES: Map<String, Class<*>> =
            listOfNotNull(
                Boolean::class.javaPrimitiveType,
                Byte::class.javaPrimitiveType,
                Char::class.javaPrimitiveType,
                Short::class.javaPrimitiveType,
                Int::class.javaPrimitiveType,
                Long::class.javaPrimitiveType,
                Float::class.javaPrimitiveType,
                Double::class.javaPrimitiveType,
                Void.TYPE,
            ).associateBy { it.name }

        fun isClassName(name: String) =
            name.length in 1..MAX_NAME && name[0] != '[' && name.none { it == '/' || it == ';' || it.isISOControl() }

        const val MAX_NAME = 4_000
    }
}

/** A class that came from a worker and that this process did not agree to. */
internal fun notAccepted(name: String): RemoteTaskException {
    val reason = "${shortened(name)} came from a worker and is not accepted"
    val remedy =
        if (isNeverAccepted(name)) {
            "It never is, because it could run code here: return values only"
        } else {
            "It is no value of Java or Kotlin, nor from where the class of the task's function, or the maker of the " +
                "queue, is. Accept it with allow(\"$name\") in the options of the backend of the pool, or of the queue"
        }
    return RemoteTaskException(null, "class $reason. $remedy")
}

private fun shortened(name: String) = if (name.length <= 200) name else name.take(200) + "…"
