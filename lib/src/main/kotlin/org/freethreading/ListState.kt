package org.freethreading

import org.freethreading.queue.Refused
import java.util.concurrent.locks.ReentrantReadWriteLock
import kotlin.concurrent.read
import kotlin.concurrent.write

/** The items of a list, in the heap of the process that keeps it. Any claim is one of the whole list. */
internal class ListState : Claimable {
    private val guard = ReentrantReadWriteLock()
    private val items = ArrayList<Any?>() // guarded by guard
    private var claimed = Claimable.NONE // guarded by guard
    private var last = Claimable.NONE // guarded by guard

    /** What the caller wants to see of it: all the items, the one at an index, or [NOTHING]. */
    override fun claim(what: Any?): List<Any?> = guard.write {
        val there = if (what == null) ArrayList(items) else if (what == NOTHING) null else items[index(items, what)]
        claimed = ++last
        listOf(claimed, there)
    }

    override fun release(what: Any?, number: Long) = guard.write {
        if (claimed == number) claimed = Claimable.NONE
    }

    inline fun <R> read(look: (List<Any?>) -> R): R = guard.read { look(items) }

    /** Does [change], by the claim of [number] if there is one. */
    inline fun change(number: Long, change: (ArrayList<Any?>) -> Any?): Any? = guard.write {
        if (number != claimed) return if (number == Claimable.NONE) Refused.BUSY else Refused.STALE
        val answer = change(items)
        claimed = Claimable.NONE
        answer
    }

    companion object {
        const val NOTHING = false

        /** Sees that there is an item at [index] of [items], or that it is less than [more] behind the last. */
        fun index(items: List<*>, index: Any?, more: Int = 0): Int {
            if (index as Int in 0 until items.size + more) return index
            throw IndexOutOfBoundsException("index $index, and the list has ${items.size} items")
        }

        /** The part of [items] from one argument to another, both of which are indices. */
        fun part(items: List<Any?>, from: Any?, to: Any?): List<Any?> {
            val end = index(items, to, more = 1)
            return items.subList(index(items.subList(0, end), from, more = 1), end)
        }
    }
}

/** What can be done to a list. The arguments of a change are the number of a claim, what is claimed, and more. */
internal enum class ListOperation(private val isQuick: Boolean = true) : Operation<ListState> {
    CLAIM(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = state.claim(arguments[0])
    },
    RELEASE {
        override fun run(state: ListState, arguments: List<Any?>): Any? =
            state.release(arguments[0], arguments[1] as Long).let { null }
    },
    SIZE {
        override fun run(state: ListState, arguments: List<Any?>) = state.read { it.size }
    },
    GET {
        override fun run(state: ListState, arguments: List<Any?>) =
            state.read { it[ListState.index(it, arguments[0])] }
    },
    INDEX_OF(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = state.read { it.indexOf(arguments[0]) }
    },
    LAST_INDEX_OF(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = state.read { it.lastIndexOf(arguments[0]) }
    },

    /** As many of the first items as are asked for, or all. */
    ITEMS(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = state.read { it.take(arguments[0] as Int) }
    },
    SET {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            set(ListState.index(this, more[0]), more[1])
        }
    },
    ADD {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more -> add(more[0]) }
    },

    /** As SET, but only if the item there is the one that is given; says so. */
    SET_IF(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            val index = more[0] as Int
            (index in indices && get(index) == more[1]).also { if (it) set(index, more[2]) }
        }
    },
    INSERT {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            add(ListState.index(this, more[0], more = 1), more[1])
            null
        }
    },

    /** At an index, or at the end if that is null. */
    INSERT_ALL(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            addAll(if (more[0] == null) size else ListState.index(this, more[0], more = 1), more[1] as List<Any?>)
        }
    },
    REMOVE_AT {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            removeAt(ListState.index(this, more[0]))
        }
    },

    /** As REMOVE_AT, but only if the item there is the one that is given; says so. */
    REMOVE_AT_IF(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            val index = more[0] as Int
            (index in indices && get(index) == more[1]).also { if (it) removeAt(index) }
        }
    },
    REMOVE_RANGE(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            ListState.part(this, more[0], more[1]).let { (it as MutableList<Any?>).clear() }
            null
        }
    },
    REMOVE(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more -> remove(more[0]) }
    },
    REMOVE_ALL(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            val unwanted = more[0] as List<*>
            removeIf { it in unwanted }
        }
    },
    RETAIN_ALL(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            val wanted = more[0] as List<*>
            removeIf { it !in wanted }
        }
    },
    CLEAR {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { clear().let { null } }
    },

    /** All items anew. */
    MAKE(isQuick = false) {
        override fun run(state: ListState, arguments: List<Any?>) = change(state, arguments) { more ->
            clear()
            addAll(more[0] as List<Any?>)
        }
    },
    ;

    override fun isQuick(arguments: List<Any?>): Boolean = isQuick

    companion object {
        val protocol = Protocol("a SharedList", parts = 1, values().asList(), CLAIM, RELEASE)

        private inline fun change(
            state: ListState,
            arguments: List<Any?>,
            change: ArrayList<Any?>.(more: List<Any?>) -> Any?,
        ): Any? = state.change(arguments[0] as Long) { it.change(arguments.subList(2, arguments.size)) }
    }
}
