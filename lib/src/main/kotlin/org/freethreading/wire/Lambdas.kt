package org.freethreading.wire

import java.lang.invoke.SerializedLambda
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Method

/**
 * Lambdas that have captured nothing but numbers, strings and arrays of numbers, as most tasks have. They travel as
 * what `SerializedLambda` says of them, which is what a graph would have as well, at a tenth of its price.
 *
 *     LAMBDA   its eight names | kind of the method, varint | what was captured: varint count, raw elements
 */
internal object Lambdas {
    private const val NAMES = 8

    /** Of the class of a lambda, the method that says what it is; empty where it is out of reach. */
    private val descriptions = object : ClassValue<List<Method>>() {
        override fun computeValue(type: Class<*>) = try {
            reachable { type.getDeclaredMethod("writeReplace") }
        } catch (_: LinkageError) {
            listOf()
        }
    }

    /** Of a class in which there are lambdas, the method that makes them. */
    private val makers = object : ClassValue<List<Method>>() {
        override fun computeValue(type: Class<*>) =
            reachable { type.getDeclaredMethod("\$deserializeLambda\$", SerializedLambda::class.java) }
    }

    private fun reachable(method: () -> Method): List<Method> = try {
        listOf(method()).filter { it.trySetAccessible() } // not in a module that is closed to this library
    } catch (_: NoSuchMethodException) {
        listOf()
    }

    /** Writes [function], or returns false and has written nothing: it is no such lambda. */
    fun write(function: Any, out: ParcelOutput): Boolean {
        if (!function.javaClass.isHidden) return false
        val description = descriptions.get(function.javaClass).firstOrNull() ?: return false
        val lambda = description.invoke(function) as? SerializedLambda ?: return false
        val captured = Array(lambda.capturedArgCount, lambda::getCapturedArg)
        if (!RawWriter.isFlat(captured)) return false
        out.write(Form.LAMBDA)
        namesOf(lambda).forEach { RawWriter.write(it, out) }
        out.writeVarint(lambda.implMethodKind.toLong())
        RawWriter.writeAll(captured, out)
        return true
    }

    private fun namesOf(lambda: SerializedLambda) = listOf(
        lambda.capturingClass,
        lambda.functionalInterfaceClass,
        lambda.functionalInterfaceMethodName,
        lambda.functionalInterfaceMethodSignature,
        lambda.implClass,
        lambda.implMethodName,
        lambda.implMethodSignature,
        lambda.instantiatedMethodType,
    )

    /** Makes the lambda that was written: code of its class runs here. */
    fun read(input: ParcelInput, classes: Classes): Any? {
        val names = List(NAMES) { RawReader.read(input.readByte().toInt(), input) as? String ?: malformed() }
        val kind = input.readVarint().toInt()
        val captured = RawReader.readAll(input)
        val capturing = classes.find(names[0].replace('/', '.'))
        val lambda = SerializedLambda(
            capturing, names[1], names[2], names[3], kind, names[4], names[5], names[6], names[7], captured,
        )
        val maker = makers.get(capturing).firstOrNull() ?: malformed()
        try {
            return maker.invoke(null, lambda)
        } catch (failure: InvocationTargetException) {
            throw failure.cause!!
        }
    }

    private fun malformed(): Nothing = throw MalformedException("no lambda")
}
