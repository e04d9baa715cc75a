package org.freethreading

import org.freethreading.queue.Refused
import org.freethreading.queue.Ware
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantReadWriteLock
import kotlin.concurrent.read
import kotlin.concurrent.write

/**
 * The entries of a map, in the heap of the process that keeps it. Reading takes no lock; changes of entries run side by
 * side, unless they are of the same one.
 *
 * @param parts how many entries can be claimed at a time: one in each part of the keys
 */
internal class MapState(private val parts: Int) : Claimable {
    class Claim(val key: Any, val number: Long)

    /** Held to write by who claims, or changes what he has claimed; to read by who changes something without. */
    private val guard = ReentrantReadWriteLock()
    private val claims = arrayOfNulls<Claim>(parts) // guarded by guard
    private var last = Claimable.NONE // guarded by guard

    /** Replaced when the map is cleared, so that this happens in one step. */
    @Volatile
    var entries = ConcurrentHashMap<Any, Any>()
        private set

    override fun claim(what: Any?): List<Any?> = guard.write {
        claims[partOf(what, parts)] = Claim(what!!, ++last)
        listOf(last, entries[what])
    }

    override fun release(what: Any?, number: Long) = guard.write {
        val part = partOf(what, parts)
        if (claims[part]?.number == number) claims[part] = null
    }

    /** Does [change] with the entry of [key], by the claim of [number] if there is one. */
    inline fun change(key: Any, number: Long, change: (ConcurrentHashMap<Any, Any>) -> Any?): Any? {
        if (number == Claimable.NONE) return guard.read { if (isClaimed(key)) Refused.BUSY else change(entries) }
        return guard.write {
            val part = partOf(key, parts)
            if (claims[part]?.number != number) return Refused.STALE
            claims[part] = null
            change(entries)
        }
    }

    private fun isClaimed(key: Any) = claims[partOf(key, parts)]?.key == key

    /** Puts [pairs], a key and a value in turn; returns the places of the keys that are claimed, and left out. */
    fun putAll(pairs: List<Any?>): List<Int> = guard.read {
        (pairs.indices step 2).filter { at ->
            val key = pairs[at]!!
            isClaimed(key).also { if (!it) entries[key] = pairs[at + 1]!! }
        }
    }

    /** Also who has claimed an entry begins anew, with none. */
    fun clear() = guard.write {
        claims.fill(null)
        entries = ConcurrentHashMap()
    }
}

/** What can be done to a map. The arguments of a change are the number of a claim, a key, and what else it says. */
internal enum class MapOperation : Operation<MapState> {
    CLAIM {
        override fun run(state: MapState, arguments: List<Any?>) = state.claim(arguments[0]!!)
    },
    RELEASE {
        override fun run(state: MapState, arguments: List<Any?>): Any? =
            state.release(arguments[0]!!, arguments[1] as Long).let { null }
    },
    GET {
        override fun run(state: MapState, arguments: List<Any?>): Any? = state.entries[arguments[0]!!]
    },
    PUT {
        override fun run(state: MapState, arguments: List<Any?>) =
            change(state, arguments) { key, value -> put(key, value[0]!!) }
    },

    /** Puts the value, or removes the entry if there is none. */
    MAKE {
        override fun run(state: MapState, arguments: List<Any?>) = change(state, arguments) { key, value ->
            if (value[0] == null) remove(key) else put(key, value[0]!!)
            null
        }
    },
    PUT_IF_ABSENT {
        override fun run(state: MapState, arguments: List<Any?>) =
            change(state, arguments) { key, value -> putIfAbsent(key, value[0]!!) }
    },
    REMOVE {
        override fun run(state: MapState, arguments: List<Any?>) = change(state, arguments) { key, _ -> remove(key) }
    },
    REPLACE {
        override fun run(state: MapState, arguments: List<Any?>) =
            change(state, arguments) { key, value -> replace(key, value[0]!!) }
    },
    REMOVE_EQUAL {
        override fun isQuick(arguments: List<Any?>) = false

        override fun run(state: MapState, arguments: List<Any?>) =
            change(state, arguments) { key, value -> remove(key, value[0]!!) }
    },
    REPLACE_EQUAL {
        override fun isQuick(arguments: List<Any?>) = false

        override fun run(state: MapState, arguments: List<Any?>) =
            change(state, arguments) { key, values -> replace(key, values[0]!!, values[1]!!) }
    },
    CONTAINS_VALUE {
        override fun isQuick(arguments: List<Any?>) = false

        override fun run(state: MapState, arguments: List<Any?>) = state.entries.containsValue(arguments[0]!!)
    },
    PUT_ALL {
        override fun isQuick(arguments: List<Any?>) = false

        override fun run(state: MapState, arguments: List<Any?>) = state.putAll(arguments[0] as List<*>)
    },
    CLEAR {
        override fun run(state: MapState, arguments: List<Any?>): Any? = state.clear().let { null }
    },
    SIZE {
        override fun run(state: MapState, arguments: List<Any?>) =
            minOf(state.entries.mappingCount(), Int.MAX_VALUE.toLong()).toInt()
    },

    /** Some entries, as many as are asked for, or all: a key and a value in turn. */
    ENTRIES {
        override fun isQuick(arguments: List<Any?>) = false

        override fun run(state: MapState, arguments: List<Any?>): Any? = ArrayList<Any?>().apply {
            for ((key, value) in state.entries) {
                if (size / 2 >= arguments[0] as Int) break
                add(key)
                add(value)
            }
        }
    },
    ;

    /** Keys are read and compared, values only put in and taken out. */
    override fun isQuick(arguments: List<Any?>): Boolean =
        arguments.take(2).all { it !is Ware || it.isPlain }

    companion object {
        val protocol = Protocol("a SharedMap", parts = 16, values().asList(), CLAIM, RELEASE)

        private inline fun change(
            state: MapState,
            arguments: List<Any?>,
            change: ConcurrentHashMap<Any, Any>.(key: Any, more: List<Any?>) -> Any?,
        ): Any? {
            val key = arguments[1]!!
            return state.change(key, arguments[0] as Long) { it.change(key, arguments.subList(2, arguments.size)) }
        }
    }
}
