package org.freethreading.wire

import java.lang.constant.MethodTypeDesc
import java.lang.invoke.MethodHandleInfo
import java.lang.invoke.MethodType
import java.lang.invoke.SerializedLambda

/**
 * The names of what [lambda] captured, in order.
 *
 * A serialised lambda knows the values only. What it captured are the first parameters of the method that the compiler
 * made of its body, and their names are in the debug information of the class; `loader` finds it.
 */
internal fun capturedNames(lambda: SerializedLambda, loader: ClassLoader?): List<String> {
    if (!isBody(lambda)) return List(lambda.capturedArgCount) { "receiver" }
    val isStatic = lambda.implMethodKind == MethodHandleInfo.REF_invokeStatic
    val slots = slotsOf(lambda, isStatic)
    val named = debugNames(lambda, loader) ?: emptyMap()
    val declared = declaredNames(lambda, loader)
    val firstParameter = if (isStatic) 0 else 1
    return List(lambda.capturedArgCount) { i ->
        val parameter = i - firstParameter
        val name = named[slots.getOrNull(i)] ?: declared?.getOrNull(parameter)
        if (parameter < 0) "this" else name?.let(::capturedName) ?: "argument ${parameter + 1}"
    }
}

/** A name as in the source, from the name that a compiler gave the parameter or field: `$x`, `val$x`, `this$0`. */
internal fun capturedName(compiled: String): String {
    val name = compiled.removePrefix("val\$").removePrefix("$").substringBefore("\$inlined").removeSuffix("\$delegate")
    return when {
        !compiled.contains('$') -> compiled
        name.startsWith("this$") || name.startsWith("this_") || name == "this" -> "this"
        name == "tmp0" -> "receiver" // of a bound reference that became a functional interface
        else -> name
    }
}

/** The local variable that holds each parameter on entry: one slot each, but two for a long or a double. */
private fun slotsOf(lambda: SerializedLambda, isStatic: Boolean): List<Int> {
    val sizes = MethodTypeDesc.ofDescriptor(
        lambda.implMethodSignature
    ).parameterList().map { if (it.descriptorString() in
        "JD") 2 else 1 }
    return (if (isStatic) sizes else listOf(1) + sizes).runningFold(0, Int::plus)
}

private fun debugNames(lambda: SerializedLambda, loader: ClassLoader?): Map<Int, String>? {
    val resource = "${lambda.implClass}.class"
    val file = if (loader ==
        null) ClassLoader.getSystemResourceAsStream(resource) else loader.getResourceAsStream(resource)
    return file?.use { parameterNames(it, lambda.implMethodName, lambda.implMethodSignature) }
}

/** What `javac -parameters` leaves. */
private fun declaredNames(lambda: SerializedLambda, loader: ClassLoader?): List<String>? = try {
    Class
        .forName(lambda.implClass.replace('/', '.'), false, loader)
        .declaredMethods
        .filter { it.name == lambda.implMethodName && it.parameters.all { parameter -> parameter.isNamePresent } }
        .find { MethodType.methodType(it.returnType, it.parameterTypes).toMethodDescriptorString() ==
            lambda.implMethodSignature }
        ?.parameters
        ?.map { it.name }
} catch (_: ClassNotFoundException) {
    null
} catch (_: LinkageError) {
    null
}
