package org.freethreading.wire

import java.io.Externalizable
import java.lang.reflect.Modifier
import kotlin.jvm.internal.CallableReference
import kotlin.jvm.internal.FunctionReference
import kotlin.jvm.internal.FunctionReferenceImpl
import kotlin.jvm.internal.Lambda

/**
 * The functions that travel for certain, because their class leaves nothing to fail: no field but numbers and strings,
 * and no serialisation code of its own. Most tasks are such, and the answer is found once per class.
 *
 * The base classes that Kotlin gives its lambdas hold nothing before the lambda runs. Only a reference may hold its
 * receiver there, so that is looked at each time.
 */
internal object SelfContained {
    private val byClass =
        object : ClassValue<Boolean>() {
            override fun computeValue(type: Class<*>) = isSelfContained(type)
        }

    private val statelessByClass =
        object : ClassValue<Boolean>() {
            override fun computeValue(type: Class<*>) = isStateless(type)
        }

    fun contains(function: Any): Boolean = byClass.get(function.javaClass) &&
        isUnbound(function)

    /** See the function of the same name. */
    fun isStateless(function: Any): Boolean =
        statelessByClass.get(function.javaClass) && contains(function)

    private fun isUnbound(function: Any) =
        function !is CallableReference || function.boundReceiver === CallableReference.NO_RECEIVER

    private fun isStateless(type: Class<*>): Boolean = wayOf(type) is Way.Singleton ||
        generateSequence<Class<*>>(type) { it.superclass }.all { isFunctionBase(it) || hasNoFields(it) }

    private fun hasNoFields(type: Class<*>) = try {
        type.declaredFields.all { Modifier.isStatic(it.modifiers) || isSuspending(type) && isOwnOfRun(it.name) }
    } catch (_: LinkageError) {
        false
    }

    private fun isSelfContained(type: Class<*>): Boolean = wayOf(type) is Way.Singleton || wayOf(type) == Way.Java &&
        !Externalizable::class.java.isAssignableFrom(type) &&
        generateSequence<Class<*>>(type) { it.superclass }.all { isFunctionBase(it) || hasNothingToFail(it) }

    private fun isFunctionBase(type: Class<*>) =
        type in BASES || type.name.startsWith("kotlin.coroutines.jvm.internal.")

    private fun hasNothingToFail(type: Class<*>) = try {
        type.declaredFields.none { !isUnwritten(it.modifiers) && !isSpill(it.name) && !isRawType(it.type) } &&
            // A hidden class is a lambda: its writeReplace is the JDK's, and sees no more than the fields.
            (type.isHidden || type.declaredMethods.none { it.name == "writeObject" || it.name == "writeReplace" })
    } catch (_: LinkageError) {
        false // it mentions a class that is missing: the encoder will say whether that matters
    }

    private fun isUnwritten(modifiers: Int) = Modifier.isStatic(modifiers) || Modifier.isTransient(modifiers)

    /** Where a suspending lambda keeps its locals while it is suspended: `L$0`. Empty until it runs. */
    private fun isSpill(field: String) = field.startsWith("L$") && field.drop(2).all(Char::isDigit)

    /** Where it keeps numbers, too, and how far it has come: each run has a copy of its own. */
    private fun isOwnOfRun(field: String) = field == "label" || SPILL.matches(field)

    private val SPILL = Regex("""[A-Z]\$\d+""")

    private val BASES: Set<Class<*>> =
        setOf(
            Any::class.java,
            Lambda::class.java,
            CallableReference::class.java,
            FunctionReference::class.java,
            FunctionReferenceImpl::class.java,
        )
}

/**
 * Whether [function] has no state at all, so that all instances of its class are alike: what one of them is packed into
 * will do for the others.
 */
internal fun isStateless(function: Any): Boolean = SelfContained.isStateless(function)
