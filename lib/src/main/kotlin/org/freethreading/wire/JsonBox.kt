package org.freethreading.wire

import kotlinx.serialization.json.Json
import java.io.Serializable

/**
 * What stands for a `@Serializable` object inside a graph that Java writes: the name of its class, and the object as
 * JSON.
 */
internal class JsonBox(val className: String, val json: String) : Serializable {
    internal companion object {
        private const val serialVersionUID = 1L

        /** Takes whatever Kotlin and Java take: not a number, infinity, and maps with objects as keys. */
        private val format =
            Json {
                allowSpecialFloatingPointValues = true
                allowStructuredMapKeys = true
                encodeDefaults = true
            }

        /** Returns what [json] says, an object of the class whose [way] is given. */
        fun open(json: String, way: Way.Json): Any = format.decodeFromString(way.serializer, json)

        fun of(value: Any, way: Way.Json): JsonBox =
            JsonBox(value.javaClass.name, format.encodeToString(way.serializer, value))
    }
}
