package org.freethreading.wire

import java.io.NotSerializableException
import java.util.Optional
import kotlinx.serialization.Serializable as KotlinSerializable

/**
 * Why [culprit] cannot travel, and what to do about it. [cause] is what its own serialisation threw, if that is the
 * reason.
 */
internal class Refusal(val culprit: Any, val reason: String, val remedy: String, val cause: Throwable? = null)

internal const val NOT_SERIALISABLE = "not serialisable"

/** Judges [value] alone, without what it holds: null if nothing speaks against it. */
internal fun refusalOf(value: Any): Refusal? =
    when (val way = wayOf(value)) {
        Way.None -> Refusal(value, NOT_SERIALISABLE, remedyFor(value))
        Way.Variable -> Refusal(value, "a captured var would be copied silently, and changes to it lost", SHARE)
        is Way.Unreadable -> Refusal(
            value,
            way.flaw,
            "Add such a constructor, make the superclass java.io.Serializable, or $CREATE",
        )
        is Way.Json -> if (value is java.io.Serializable) null else jsonRefusal(value, way)
        Way.Raw, Way.Java, Way.ListView, is Way.Singleton -> null
    }

/** [value] has serialisation code of its own, or it changed while it was written, and that threw [failure]. */
internal fun thrownBy(value: Any, failure: Throwable): Refusal {
    val cause = unwrapped(failure)
    // A writeObject may say itself that an object of its class is not to be written.
    if (cause is NotSerializableException) return Refusal(value, NOT_SERIALISABLE, remedyFor(value), cause)
    val type = value.javaClass
    val remedy =
        if (isPlatform(type)) {
            "Do not change it while it is handed over"
        } else {
            "Correct how ${simpleName(type)} writes itself, or $CREATE"
        }
    return Refusal(value, "writing it threw $cause", remedy, cause)
}

internal fun jsonThrew(value: Any, failure: Throwable) =
    Refusal(
        value,
        "kotlinx.serialization cannot write it: " +
            (failure.message?.lineSequence()?.first()?.removeSuffix(".") ?: failure.toString()),
        "Correct the serializers of ${simpleName(value.javaClass)}, or give a Codec",
        failure,
    )

private fun jsonRefusal(value: Any, way: Way.Json): Refusal? =
    try {
        JsonBox.of(value, way)
        null
    } catch (failure: Exception) {
        jsonThrew(value, failure)
    }

/** ObjectOutputStream hides a checked exception of `writeObject` in an IOException of this message. */
private fun unwrapped(failure: Throwable): Throwable =
    failure.cause?.takeIf {
        failure.javaClass == java.io.IOException::class.java && failure.message == "unexpected exception type"
    }
        ?: failure

private fun remedyFor(value: Any): String {
    val type = value.javaClass
    val name = simpleName(type)
    remedyForOwn(type)?.let { return it }
    return when {
        isLambda(type) && value is Function<*> ->
            "Write @JvmSerializableLambda before the lambda, or make it a suspending one"

        isLambda(type) ->
            "Type it as a functional interface that is java.io.Serializable, such as WorkerRunnable or WorkerFunction"

        value is Collection<*> || value is Map<*, *> -> "Copy it into an ArrayList, HashSet or HashMap first"
        value is Optional<*> -> "Pass its content, or null"
        value is AutoCloseable || isPlatform(type) -> "Pass what is needed to make one, and $CREATE"
        type.isAnnotationPresent(KotlinSerializable::class.java) ->
            "Its type arguments are not known at run time: make $name java.io.Serializable too, or give a Codec"
        else -> "Make $name java.io.Serializable or @Serializable, or $CREATE"
    }
}

private const val CREATE = "create it inside the task"
private const val SHARE =
    "Capture a val, or share it: a SharedInt, SharedLong, SharedDouble or Queue is the same for all workers"
