package org.freethreading.wire

import java.io.Serializable
import java.lang.reflect.Field
import java.lang.reflect.Modifier

/**
 * What stands for a Kotlin `object` inside a graph: the name of its class. Each process has one of its own, so what it
 * holds stays where it is, and what arrives is the `object` of the process it arrives in.
 */
internal class SingletonName(val className: String) : Serializable {
    internal companion object {
        private const val serialVersionUID = 1L
    }
}

/** The static field with the one object of [type], if that is a Kotlin `object`. Initialises no class. */
internal fun singletonField(type: Class<*>): Field? = try {
    fieldOfItself(type)?.takeIf {
        type.declaredConstructors.all { isHidden(it.modifiers, it.isSynthetic) } &&
            type.declaredFields.none { isCompanion(it, type) } && // no `object`, for those have no companion
            isDeclaredInKotlin(type)
    }
} catch (_: LinkageError) {
    null // it mentions a class that is missing
}

private fun fieldOfItself(type: Class<*>): Field? =
    type.declaredFields.find { it.name == "INSTANCE" && isOwn(it, type) }
        ?: type.declaringClass?.declaredFields?.find { isCompanion(it, it.declaringClass) && it.type == type }

private fun isHidden(modifiers: Int, isSynthetic: Boolean) = Modifier.isPrivate(modifiers) || isSynthetic

private fun isOwn(field: Field, type: Class<*>) = isConstant(field) && field.type == type

private fun isConstant(field: Field) = Modifier.isStatic(field.modifiers) && Modifier.isFinal(field.modifiers)

/** A companion lies in a field of its own name, which is a class in the class around it. */
private fun isCompanion(field: Field, outer: Class<*>) =
    isConstant(field) && field.type.declaringClass == outer && field.type.simpleName == field.name

/**
 * Not a lambda or a reference: those are marked as made by the compiler. To be asked last, as the first annotation that
 * is looked at in a process takes a few hundredths of a second.
 */
private fun isDeclaredInKotlin(type: Class<*>) = type.getAnnotation(Metadata::class.java)?.kind == 1
