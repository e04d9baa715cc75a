package org.freethreading.wire

import java.lang.invoke.SerializedLambda
import java.lang.reflect.Field
import java.lang.reflect.Modifier

/** A part as the programmer knows it, and the [step] that leads to it in a path. */
internal class Part(val step: String, val value: Any?)

/**
 * The parts of [whole] that have names: what a lambda captured, elements, entries, fields.
 *
 * More than what is serialised, since only the names of parts known to be serialised are looked up here. What the JDK
 * keeps in private fields has no name.
 */
internal fun namedParts(whole: Any): Sequence<Part> = sequence {
    if (whole is SerializedLambda) yieldAll(captured(whole, null))
    if (isLambda(whole.javaClass)) yieldAll(capturedBy(whole))
    if (whole is Array<*>) yieldAll(elements(whole.asIterable()))
    if (whole is Collection<*>) yieldAll(elements(whole))
    if (whole is Map<*, *>) yieldAll(entries(whole))
    if (whole is Map.Entry<*, *>) yieldAll(sequenceOf(Part(".key", whole.key), Part(".value", whole.value)))
    if (whole is Throwable) yield(Part(".cause", whole.cause))
    yieldAll(fields(whole))
}

private fun capturedBy(lambda: Any) =
    (dissect(lambda).resolved as? SerializedLambda)?.let { captured(it, lambda.javaClass.classLoader) }.orEmpty()

private fun captured(lambda: SerializedLambda, loader: ClassLoader?) = capturedNames(
    lambda,
    loader
).asSequence().mapIndexed { i, name -> Part(capturedStep(name), lambda.getCapturedArg(i)) }

private fun elements(of: Iterable<*>) = of.asSequence().take(LIMIT).mapIndexed { i, element -> Part("[$i]", element) }

private fun entries(of: Map<*, *>) = of.asSequence().take(
    LIMIT
).flatMap { (key, value) -> sequenceOf(Part("[${keyName(key)}]", value), Part(".key", key)) }

/** A key as the program would write it, without calling a `toString` that may do anything. */
private fun keyName(key: Any?): String = when {
    key is String -> if (key.length <= 40) "\"$key\"" else "\"${key.take(40)}…\""
    key == null || key is Number || key is Boolean || key is Char -> "$key"
    key is Enum<*> -> key.name
    else -> simpleName(key.javaClass)
}

private fun fields(of: Any) = generateSequence<Class<*>>(of.javaClass) { it.superclass }
    .flatMap { it.declaredFields.asSequence() }
    .filter { !Modifier.isStatic(it.modifiers) && !it.type.isPrimitive && it.trySetAccessible() }
    .map { Part(fieldStep(it), it.get(of)) }

/**
 * The compilers mark what they added: Kotlin `$x`, Java `val$x`, both `this$0`. All but that is a field of the program.
 */
private fun fieldStep(field: Field): String {
    val name = field.name
    val isReceiver = name == "receiver" && field.declaringClass.name.startsWith("kotlin.jvm.internal.")
    val isCaptured = isReceiver || name.startsWith("$") || name.startsWith("val$") || name.startsWith("this$")
    return if (isCaptured) capturedStep(capturedName(name)) else ".${name.removeSuffix("\$delegate")}"
}

/** A collection of the user's may never end. */
private const val LIMIT = 1_000_000

private fun capturedStep(name: String) = " captured '$name'"
