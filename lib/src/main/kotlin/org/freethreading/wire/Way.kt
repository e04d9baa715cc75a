@file:OptIn(InternalSerializationApi::class)

package org.freethreading.wire

import kotlinx.serialization.InternalSerializationApi
import kotlinx.serialization.KSerializer
import kotlinx.serialization.PolymorphicSerializer
import kotlinx.serialization.serializerOrNull
import java.io.Serializable
import java.lang.reflect.Field
import java.lang.reflect.Modifier
import kotlin.jvm.internal.Ref

/**
 * How objects of a class travel. Only the runtime class decides, so the answer is found once per class.
 *
 * `@Serializable` is asked before `java.io.Serializable` where a value travels on its own. Inside a graph Java writes
 * what it can, because only then two references to one object arrive as one object.
 */
internal sealed interface Way {
    /** A number, a string, an enum constant, or an array of these: nothing in it could fail. */
    data object Raw : Way

    /** `@Serializable`, by kotlinx.serialization. */
    class Json(val serializer: KSerializer<Any>) : Way

    /** A Kotlin `object`: its name travels, and the one of the other process arrives. */
    class Singleton(private val field: Field) : Way {
        /** Whether [value] is the one that the name stands for. */
        fun isInstance(value: Any): Boolean = field.trySetAccessible() && field.get(null) === value
    }

    /** `java.io.Serializable`, unless something inside it is not. */
    data object Java : Way

    /** A list of the platform that is not serialisable itself, such as `subList`: travels as a copy. */
    data object ListView : Way

    /**
     * What a captured Kotlin `var` is kept in. It is serialisable, but two copies of a variable are not that variable.
     */
    data object Variable : Way

    /** `java.io.Serializable`, can be written, but nobody could read it: [flaw] says why. */
    class Unreadable(val flaw: String) : Way

    /** Not at all. */
    data object None : Way
}

internal fun wayOf(value: Any): Way = wayOf(value.javaClass)

internal fun wayOf(type: Class<*>): Way = Ways.get(type)

/**
 * Whether every object of [type] travels for certain. Does not initialise a class, so it may be asked for a mere field.
 */
internal fun isRawType(type: Class<*>): Boolean = when {
    type.isArray -> isRawType(type.componentType)
    else -> type.isPrimitive || type in RAW || Enum::class.java.isAssignableFrom(type)
}

/** Whether [type] came with Java or Kotlin, so that its users cannot change it. */
internal fun isPlatform(type: Class<*>): Boolean = PLATFORM.any { type.name.startsWith(it) }

private object Ways : ClassValue<Way>() {
    override fun computeValue(type: Class<*>): Way = when {
        isRawType(type) -> Way.Raw
        type.isArray -> Way.Java
        type.declaringClass == Ref::class.java -> Way.Variable
        type.name.startsWith("java.") -> javaWay(type) // there is none with a serializer but those above
        isPlatform(type) || hasSerializer(type) ->
            serializerOf(type)?.let { singletonWay(type) ?: Way.Json(it) } ?: javaWay(type)
        else -> javaWay(type)
    }

    /**
     * Whether it may be worth asking [serializerOf]: the first time that is asked in a process it takes as long as all
     * the rest of a child's start. A serializer is handed out by a companion, or by an `object` itself, and either is a
     * constant of the class.
     */
    private fun hasSerializer(type: Class<*>): Boolean = try {
        type.declaredFields.any { field ->
            Modifier.isStatic(field.modifiers) && (field.type === type || field.type.declaringClass === type) &&
                field.type.methods.any { it.name == "serializer" }
        }
    } catch (_: LinkageError) {
        true // kotlinx.serialization may manage without what cannot be loaded
    }

    private fun javaWay(type: Class<*>) = when {
        Serializable::class.java.isAssignableFrom(type) ->
            singletonWay(type) ?: flawOf(type)?.let(Way::Unreadable) ?: Way.Java
        List::class.java.isAssignableFrom(type) && isPlatform(type) -> Way.ListView
        else -> Way.None
    }

    /** An `object` of Kotlin's own, and one that resolves itself, is in good hands already. */
    private fun singletonWay(type: Class<*>): Way? =
        if (isPlatform(type) || type.declaredMethods.any { it.name == "readResolve" }) {
            null
        } else {
            singletonField(type)?.let(Way::Singleton)
        }

    /** Null also for a generic class, whose type arguments are not known at run time. */
    private fun serializerOf(type: Class<*>): KSerializer<Any>? = try {
        @Suppress("UNCHECKED_CAST") // the serializer of the class itself, given only objects of that class
        type.kotlin.serializerOrNull()?.takeUnless { it is PolymorphicSerializer } as KSerializer<Any>?
    } catch (_: Exception) {
        null // a broken companion: the class may still travel the Java way
    } catch (_: LinkageError) {
        null
    }
}

private val RAW: Set<Class<*>> =
    setOf(
        String::class.java,
        Boolean::class.javaObjectType,
        Char::class.javaObjectType,
        Byte::class.javaObjectType,
        Short::class.javaObjectType,
        Int::class.javaObjectType,
        Long::class.javaObjectType,
        Float::class.javaObjectType,
        Double::class.javaObjectType,
        Unit::class.java,
    )

private val PLATFORM = listOf("java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.")
