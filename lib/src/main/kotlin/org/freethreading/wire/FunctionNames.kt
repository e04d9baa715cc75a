package org.freethreading.wire

import java.lang.invoke.SerializedLambda
import kotlin.jvm.internal.AdaptedFunctionReference
import kotlin.jvm.internal.CallableReference
import kotlin.jvm.internal.ClassBasedDeclarationContainer
import kotlin.jvm.internal.FunctionAdapter
import kotlin.jvm.internal.Lambda

/**
 * What a programmer calls [function]: `lambda in Report.run`, `function reference Report::load`, `object in
 * Report.run`. Null for a class with a name of its own.
 *
 * A lambda has no name, but the compilers put the name of the method around it into the method they make of its body.
 */
internal fun functionName(function: Any): String? {
    val type = function.javaClass
    return when {
        isLambda(type) -> lambdaName(function)
        function is CallableReference -> referenceName(function)
        function is FunctionAdapter && !type.isHidden -> functionName(function.functionDelegate)
        function is Lambda<*> || function is AdaptedFunctionReference || isSuspending(
            type
        ) -> "lambda in ${placeOf(type, null)}"
        type.isAnonymousClass -> "object in ${placeOf(type, null)}"
        else -> null
    }
}

/** Whether [type] was made of a suspending lambda; the base classes are not to be named in a program. */
internal fun isSuspending(type: Class<*>): Boolean =
    type.superclass?.name.orEmpty().startsWith("kotlin.coroutines.jvm.internal.")

/** Whether the compiler made a method of a lambda's body for [lambda]; else it refers to a method that was there. */
internal fun isBody(lambda: SerializedLambda): Boolean =
    lambda.implMethodName.startsWith("lambda$") || "\$lambda$" in lambda.implMethodName

private fun lambdaName(function: Any): String {
    val loader = function.javaClass.classLoader
    val lambda = dissect(function).resolved as? SerializedLambda
    return when {
        // Not serialisable, so all that is known is the class around it.
        lambda == null -> "lambda in ${placeOf(function.javaClass.name.substringBefore("\$\$Lambda"), null, loader)}"
        isBody(lambda) -> "lambda in ${placeOf(lambda.implClass.replace('/', '.'), lambda.implMethodName, loader)}"
        else -> "function reference ${placeOf(
            lambda.implClass.replace('/', '.'),
            null,
            loader
        )}::${lambda.implMethodName}"
    }
}

private fun referenceName(reference: CallableReference): String {
    val owner = (reference.owner as? ClassBasedDeclarationContainer)?.jClass
    return "function reference ${owner?.let(::simpleName).orEmpty()}::${reference.name}"
}

private fun placeOf(className: String, method: String?, loader: ClassLoader?): String = try {
    placeOf(Class.forName(className, false, loader), method)
} catch (_: ClassNotFoundException) {
    className.substringAfterLast('.').replace('$', '.')
} catch (_: LinkageError) {
    className.substringAfterLast('.').replace('$', '.')
}

/** `Report.run` for what stands in [method] of [type]; lambdas and anonymous classes in between are passed over. */
private fun placeOf(type: Class<*>, method: String?): String = try {
    var owner = type
    var name = method
    while (owner.isAnonymousClass) {
        name = owner.enclosingMethod?.name
        owner = owner.enclosingClass
    }
    listOfNotNull(simpleName(owner), name?.let(::writtenName)).joinToString(".")
} catch (_: LinkageError) {
    simpleName(type) // the compiler named a method around it that is not there
}

/**
 * The method as written in the source, from the one the compiler made: `lambda$run$0` and, where it is serialisable,
 * `lambda$run$1a2b3c4d$1` (javac), `run$lambda$0$1` (Kotlin). Null for constructors and initialisers.
 */
private fun writtenName(method: String): String? =
    (JAVAC.matchEntire(method)?.groupValues?.get(1) ?: method.substringBefore("\$lambda$"))
        .substringBefore('-') // Kotlin adds a hash where a parameter is a value class
        .takeUnless { it in INITIALISERS || it.startsWith("lambda$") }

private val JAVAC = Regex("""lambda\$(.*?)(\$[0-9a-f]{1,8})?\$\d+""")
private val INITIALISERS = setOf("new", "static", "_init_", "_clinit_", "<init>", "<clinit>", "")
