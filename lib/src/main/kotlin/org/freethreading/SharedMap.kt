package org.freethreading

import java.io.Serializable

/**
 * A map that workers share. The process that makes it keeps it, and all can use it; each operation is atomic. Safe for
 * concurrent use. Keys and values are not null.
 *
 * **Between processes** an operation is a message to the keeper and its answer, and needs neither in the keeper's own
 * process. What is put in is copied there and then, and what is taken out is a copy, in the keeper's process too: to
 * change a value, put it again. Keys are compared by the keeper, by their `equals` and `hashCode`; values by `equals`,
 * or if they encode to the same bytes. Among threads the objects themselves are in the map.
 *
 * **Functions** ([compute], [merge] and their kin) run at the caller, who takes his turn: so they need not travel, may
 * suspend, and run once. Meanwhile nobody else changes that entry (it can be read), and no other function changes the
 * map; among threads, only such functions wait as are for an entry in the same one of 16 parts. A function that hangs
 * holds up no more than that. If [clear] comes between, the function is asked again, without a value. It must not
 * change the map itself: that is an [IllegalStateException].
 *
 * **Cancellation.** A caller that is cancelled, or interrupted, while it waits for the keeper's answer waits no more;
 * the operation may still be done, whole. A thread that has been interrupted before waits for a second at most.
 *
 * **Death.** What is in the map ends with the keeper's process: all that wait then or call later get a
 * [ConnectionClosedException]. A caller that dies has done its operation, or not.
 *
 * **Memory.** What was done before something was put is visible to whoever gets it, among threads; between processes
 * that covers what was put.
 *
 * **Follows:** `java.util.concurrent.ConcurrentMap` for the operations, Python `multiprocessing.Manager().dict` for the
 * rest.
 */
public class SharedMap<K : Any, V : Any> internal constructor(private val kept: Kept<MapState>) : Serializable {
    /**
     * Makes an empty map for the workers of [backend], which this process keeps.
     *
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
     */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) : this(backend.keep(MapOperation.protocol, ::MapState))

    // Each operation comes twice, for coroutines and for threads; the docs are at the first.

    /**
     * The value of [key], or null if there is none.
     *
     * @throws NotShippableException between processes and in strict mode, if [key] cannot travel
     * @throws RemoteTaskException between processes, if the key cannot be rebuilt by the keeper, or the value here
     * @throws ConnectionClosedException if the process that keeps the map has ended
     */
    public suspend operator fun get(key: K): V? = value(kept.call(MapOperation.GET, listOf(pack(key))))

    /**
     * As [get], but blocks the calling thread.
     *
     * @throws InterruptedException if another process keeps the map, and the thread is interrupted while it waits, or
     *   was so before and gets no answer within a second; the operation may still be done
     */
    @Throws(InterruptedException::class)
    public fun getBlocking(key: K): V? = value(kept.callBlocking(MapOperation.GET, listOf(pack(key))))

    /** Whether there is a value for [key]. Fails as [get]. */
    public suspend fun containsKey(key: K): Boolean = kept.call(MapOperation.GET, listOf(pack(key))) != null

    /** As [containsKey], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun containsKeyBlocking(key: K): Boolean =
        kept.callBlocking(MapOperation.GET, listOf(pack(key))) != null

    /** Whether [value] is that of some key. Asks all values. Fails as [get]. */
    public suspend fun containsValue(value: V): Boolean =
        kept.call(MapOperation.CONTAINS_VALUE, listOf(packValue(value))) as Boolean

    /** As [containsValue], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun containsValueBlocking(value: V): Boolean =
        kept.callBlocking(MapOperation.CONTAINS_VALUE, listOf(packValue(value))) as Boolean

    /** How many entries there are. Fails as [get]. */
    public suspend fun size(): Int = kept.call(MapOperation.SIZE, emptyList()) as Int

    /** As [size], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun sizeBlocking(): Int = kept.callBlocking(MapOperation.SIZE, emptyList()) as Int

    /** Whether there are no entries. Fails as [get]. */
    public suspend fun isEmpty(): Boolean = size() == 0

    /** As [isEmpty], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun isEmptyBlocking(): Boolean = sizeBlocking() == 0

    /**
     * A copy of the entries, in no particular order. It is weakly consistent: a change that is made meanwhile may be in
     * it, or not.
     *
     * @throws RemoteTaskException as [get]
     * @throws ConnectionClosedException as [get]
     */
    public suspend fun toMap(): Map<K, V> = entries(kept.call(MapOperation.ENTRIES, listOf(Int.MAX_VALUE)))

    /** As [toMap], but blocks as [getBlocking]; of [most] entries at most, whichever. */
    @Throws(InterruptedException::class)
    @JvmOverloads
    public fun toMapBlocking(most: Int = Int.MAX_VALUE): Map<K, V> =
        entries(kept.callBlocking(MapOperation.ENTRIES, listOf(most)))

    /**
     * Makes [value] that of [key], and returns the one before. Fails as [get], and as all changes do:
     *
     * @throws NotShippableException between processes and in strict mode, if [key] or [value] cannot travel
     * @throws IllegalStateException if it is called from inside a function that changes this map
     */
    public suspend fun put(key: K, value: V): V? =
        value(kept.change(MapOperation.PUT, pack(key), packValue(value)))

    /** As [put], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun putBlocking(key: K, value: V): V? =
        value(kept.changeBlocking(MapOperation.PUT, pack(key), packValue(value)))

    /** Makes [value] that of [key]. Fails as [put]. */
    public suspend operator fun set(key: K, value: V) {
        kept.change(MapOperation.MAKE, pack(key), packValue(value))
    }

    /** Puts [value] if there is none for [key]; returns the one that was there. Fails as [put]. */
    public suspend fun putIfAbsent(key: K, value: V): V? =
        value(kept.change(MapOperation.PUT_IF_ABSENT, pack(key), packValue(value)))

    /** As [putIfAbsent], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun putIfAbsentBlocking(key: K, value: V): V? =
        value(kept.changeBlocking(MapOperation.PUT_IF_ABSENT, pack(key), packValue(value)))

    /** Puts all of [entries], each of them by itself, in one message. Fails as [put]; some may have been put then. */
    public suspend fun putAll(entries: Map<out K, V>) {
        val pairs = pairs(entries)
        kept.turns.requireNone(kept.protocol.what)
        for (at in places(kept.call(MapOperation.PUT_ALL, listOf(pairs)))) {
            kept.change(MapOperation.PUT, pairs[at], pairs[at + 1])
        }
    }

    /** As [putAll], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun putAllBlocking(entries: Map<out K, V>) {
        val pairs = pairs(entries)
        kept.turns.requireNone(kept.protocol.what)
        for (at in places(kept.callBlocking(MapOperation.PUT_ALL, listOf(pairs)))) {
            kept.changeBlocking(MapOperation.PUT, pairs[at], pairs[at + 1])
        }
    }

    /** Removes the entry of [key], and returns its value. Fails as [put]. */
    public suspend fun remove(key: K): V? = value(kept.change(MapOperation.REMOVE, pack(key)))

    /** As [remove], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeBlocking(key: K): V? = value(kept.changeBlocking(MapOperation.REMOVE, pack(key)))

    /** Removes the entry of [key] if its value is [value], and says so. Fails as [put]. */
    public suspend fun remove(key: K, value: V): Boolean =
        kept.change(MapOperation.REMOVE_EQUAL, pack(key), packValue(value)) as Boolean

    /** As the other [remove], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeBlocking(key: K, value: V): Boolean =
        kept.changeBlocking(MapOperation.REMOVE_EQUAL, pack(key), packValue(value)) as Boolean

    /** Makes [value] that of [key] if there is one, and returns that. Fails as [put]. */
    public suspend fun replace(key: K, value: V): V? =
        value(kept.change(MapOperation.REPLACE, pack(key), packValue(value)))

    /** As [replace], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun replaceBlocking(key: K, value: V): V? =
        value(kept.changeBlocking(MapOperation.REPLACE, pack(key), packValue(value)))

    /** Makes [newValue] the value of [key] if that is [oldValue], and says so. Fails as [put]. */
    public suspend fun replace(key: K, oldValue: V, newValue: V): Boolean =
        kept.change(MapOperation.REPLACE_EQUAL, pack(key), packValue(oldValue), packValue(newValue)) as Boolean

    /** As the other [replace], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun replaceBlocking(key: K, oldValue: V, newValue: V): Boolean =
        kept.changeBlocking(MapOperation.REPLACE_EQUAL, pack(key), packValue(oldValue), packValue(newValue)) as Boolean

    /** Removes all entries. Fails as [put]. */
    public suspend fun clear() {
        kept.turns.requireNone(kept.protocol.what)
        kept.call(MapOperation.CLEAR, emptyList())
    }

    /** As [clear], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun clearBlocking() {
        kept.turns.requireNone(kept.protocol.what)
        kept.callBlocking(MapOperation.CLEAR, emptyList())
    }

    /**
     * Makes the value of [key] what [remapping] makes of it, which is given null if there is none; if it returns null,
     * the entry goes. Returns what the value is then.
     *
     * **Waiting.** For the functions of others, as the docs of this class say. **Cancellation.** While it waits for its
     * turn or its function suspends, nothing has changed; then as all operations.
     *
     * Fails as [put], and with what [remapping] throws; nothing has changed then.
     */
    public suspend fun compute(key: K, remapping: suspend (key: K, value: V?) -> V?): V? =
        changing(key) { remapping(key, it) }

    /**
     * As [compute], but blocks as [getBlocking].
     *
     * @throws InterruptedException also while it waits for its turn; nothing has changed then
     */
    @Throws(InterruptedException::class)
    public fun computeBlocking(key: K, remapping: (key: K, value: V?) -> V?): V? =
        changingBlocking(key) { remapping(key, it) }

    /** The value of [key]; if there is none, [make] makes it. Fails as [compute]. */
    public suspend fun computeIfAbsent(key: K, make: suspend (key: K) -> V?): V? {
        get(key)?.let { return it }
        return changing(key, { it != null }) { make(key) }
    }

    /** As [computeIfAbsent], but blocks as [computeBlocking]. */
    @Throws(InterruptedException::class)
    public fun computeIfAbsentBlocking(key: K, make: (key: K) -> V?): V? {
        getBlocking(key)?.let { return it }
        return changingBlocking(key, { it != null }) { make(key) }
    }

    /** If [key] has a value, makes it what [remapping] makes of it, as [compute] does. */
    public suspend fun computeIfPresent(key: K, remapping: suspend (key: K, value: V) -> V?): V? {
        if (!containsKey(key)) return null
        return changing(key, { it == null }) { remapping(key, it!!) }
    }

    /** As [computeIfPresent], but blocks as [computeBlocking]. */
    @Throws(InterruptedException::class)
    public fun computeIfPresentBlocking(key: K, remapping: (key: K, value: V) -> V?): V? {
        if (!containsKeyBlocking(key)) return null
        return changingBlocking(key, { it == null }) { remapping(key, it!!) }
    }

    /**
     * Puts [value] if there is none for [key], or else what [remapping] makes of the one that is there and of [value];
     * if that is null, the entry goes. Returns what the value is then. Fails as [compute].
     */
    public suspend fun merge(key: K, value: V, remapping: suspend (old: V, value: V) -> V?): V? =
        changing(key) { if (it == null) value else remapping(it, value) }

    /** As [merge], but blocks as [computeBlocking]. */
    @Throws(InterruptedException::class)
    public fun mergeBlocking(key: K, value: V, remapping: (old: V, value: V) -> V?): V? =
        changingBlocking(key) { if (it == null) value else remapping(it, value) }

    /** Makes each value what [change] makes of it, each entry by itself, as [computeIfPresent] does. */
    public suspend fun replaceAll(change: suspend (key: K, value: V) -> V) {
        for (key in toMap().keys) computeIfPresent(key, change)
    }

    /** As [replaceAll], but blocks as [computeBlocking]. */
    @Throws(InterruptedException::class)
    public fun replaceAllBlocking(change: (key: K, value: V) -> V) {
        for (key in toMapBlocking().keys) computeIfPresentBlocking(key, change)
    }

    /** Says who keeps it; in the keeper's process, and among threads, how many entries there are. Never waits. */
    override fun toString(): String =
        if (kept is KeptInHeap) "SharedMap(${kept.state.entries.size} entries)" else "SharedMap($kept)"

    private suspend fun changing(key: K, isDone: (V?) -> Boolean = { false }, next: suspend (V?) -> V?): V? {
        var result: V? = null
        kept.changing(MapOperation.MAKE, pack(key)) { stored ->
            result = value(stored)
            if (isDone(result)) null else listOf(next(result).also { result = it }?.let(::packValue))
        }
        return result
    }

    private inline fun changingBlocking(key: K, isDone: (V?) -> Boolean = { false }, next: (V?) -> V?): V? {
        var result: V? = null
        kept.changingBlocking(MapOperation.MAKE, pack(key)) { stored ->
            result = value(stored)
            if (isDone(result)) null else listOf(next(result).also { result = it }?.let(::packValue))
        }
        return result
    }

    private fun pack(key: K): Any = kept.pack(key, "key")!!

    private fun packValue(value: V): Any = kept.pack(value, "value")!!

    @Suppress("UNCHECKED_CAST") // nothing else was put in
    private fun value(stored: Any?): V? = kept.open(stored) as V?

    @Suppress("UNCHECKED_CAST") // nothing else was put in
    private fun entries(pairs: Any?): Map<K, V> {
        val stored = pairs as List<*>
        val entries = LinkedHashMap<K, V>(stored.size)
        for (at in stored.indices step 2) entries[kept.open(stored[at]) as K] = kept.open(stored[at + 1]) as V
        return entries
    }

    private fun pairs(entries: Map<out K, V>): List<Any?> =
        entries.flatMap { (key, value) -> listOf(pack(key), packValue(value)) }

    @Suppress("UNCHECKED_CAST") // of PUT_ALL
    private fun places(answer: Any?) = answer as List<Int>

    private fun writeReplace(): Any = kept.handleOf(this, ::Handle)

    private class Handle(private val ticket: Ticket) : Serializable {
        private fun readResolve(): Any = ticket.face(MapOperation.protocol) { SharedMap<Any, Any>(it) }

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}
