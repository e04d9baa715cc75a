package org.freethreading

import org.freethreading.ListState.Companion.NOTHING
import java.io.Serializable

/**
 * A list that workers share. The process that makes it keeps it, and all can use it; each operation is atomic. Safe for
 * concurrent use. Items may be null if [T] allows it.
 *
 * **Between processes** an operation is a message to the keeper and its answer, and needs neither in the keeper's own
 * process. What is put in is copied there and then, and what is taken out is a copy, in the keeper's process too: to
 * change an item, [set] it again. Items are compared by the keeper, by their `equals`, or if they encode to the same
 * bytes. Among threads the objects themselves are in the list.
 *
 * **Functions** ([update], [replaceAll], [removeIf], [sortWith]) run at the caller, who takes his turn: so they need
 * not travel, may suspend, and run once. Meanwhile nobody else changes the list, which can be read. They must not
 * change the list themselves: that is an [IllegalStateException].
 *
 * **Cancellation, death and memory.** As [SharedMap].
 *
 * **Follows:** `java.util.List` for the operations, Python `multiprocessing.Manager().list` for the rest.
 */
public class SharedList<T> internal constructor(private val kept: Kept<ListState>) : Serializable {
    /**
     * Makes an empty list for the workers of [backend], which this process keeps.
     *
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
     */
    @JvmOverloads
    public constructor(backend: Backend = Backend.current()) :
        this(backend.keep(ListOperation.protocol) { ListState() })

    // Each operation comes twice, for coroutines and for threads; the docs are at the first.

    /**
     * The item at [index].
     *
     * @throws IndexOutOfBoundsException if there is none
     * @throws RemoteTaskException between processes, if the item cannot be rebuilt here
     * @throws ConnectionClosedException if the process that keeps the list has ended
     */
    public suspend operator fun get(index: Int): T = open(kept.call(ListOperation.GET, listOf(index)))

    /**
     * As [get], but blocks the calling thread.
     *
     * @throws InterruptedException if another process keeps the list, and the thread is interrupted while it waits, or
     *   was so before and gets no answer within a second; the operation may still be done
     */
    @Throws(InterruptedException::class)
    public fun getBlocking(index: Int): T = open(kept.callBlocking(ListOperation.GET, listOf(index)))

    /** How many items there are. Fails as [get]. */
    public suspend fun size(): Int = kept.call(ListOperation.SIZE, emptyList()) as Int

    /** As [size], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun sizeBlocking(): Int = kept.callBlocking(ListOperation.SIZE, emptyList()) as Int

    /** Whether there are no items. Fails as [get]. */
    public suspend fun isEmpty(): Boolean = size() == 0

    /** As [isEmpty], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun isEmptyBlocking(): Boolean = sizeBlocking() == 0

    /** The index of the first item that equals [item], or -1. Fails as [get]. */
    public suspend fun indexOf(item: T): Int = kept.call(ListOperation.INDEX_OF, listOf(pack(item))) as Int

    /** As [indexOf], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun indexOfBlocking(item: T): Int = kept.callBlocking(ListOperation.INDEX_OF, listOf(pack(item))) as Int

    /** The index of the last item that equals [item], or -1. Fails as [get]. */
    public suspend fun lastIndexOf(item: T): Int = kept.call(ListOperation.LAST_INDEX_OF, listOf(pack(item))) as Int

    /** As [lastIndexOf], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun lastIndexOfBlocking(item: T): Int =
        kept.callBlocking(ListOperation.LAST_INDEX_OF, listOf(pack(item))) as Int

    /** Whether an item equals [item]. Fails as [get]. */
    public suspend fun contains(item: T): Boolean = indexOf(item) >= 0

    /** As [contains], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun containsBlocking(item: T): Boolean = indexOfBlocking(item) >= 0

    /** A copy of all items, as they are at one moment. Fails as [get]. */
    public suspend fun toList(): List<T> = all(kept.call(ListOperation.ITEMS, listOf(Int.MAX_VALUE)))

    /** As [toList], but blocks as [getBlocking]; of the [most] first items at most. */
    @Throws(InterruptedException::class)
    @JvmOverloads
    public fun toListBlocking(most: Int = Int.MAX_VALUE): List<T> =
        all(kept.callBlocking(ListOperation.ITEMS, listOf(most)))

    /**
     * Puts [item] at the end. Fails as [get], and as all changes do:
     *
     * @throws NotShippableException between processes and in strict mode, if [item] cannot travel
     * @throws IllegalStateException if it is called from inside a function that changes this list
     */
    public suspend fun add(item: T) {
        kept.change(ListOperation.ADD, NOTHING, pack(item))
    }

    /** As [add], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun addBlocking(item: T) {
        kept.changeBlocking(ListOperation.ADD, NOTHING, pack(item))
    }

    /** Puts [item] before the one at [index], or at the end if that is how many there are. Fails as [add] and [get]. */
    public suspend fun add(index: Int, item: T) {
        kept.change(ListOperation.INSERT, NOTHING, index, pack(item))
    }

    /** As the other [add], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun addBlocking(index: Int, item: T) {
        kept.changeBlocking(ListOperation.INSERT, NOTHING, index, pack(item))
    }

    /** Puts all of [items] at the end, side by side; returns whether there were any. Fails as [add]. */
    public suspend fun addAll(items: Collection<T>): Boolean =
        kept.change(ListOperation.INSERT_ALL, NOTHING, null, packAll(items)) as Boolean

    /** As [addAll], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun addAllBlocking(items: Collection<T>): Boolean =
        kept.changeBlocking(ListOperation.INSERT_ALL, NOTHING, null, packAll(items)) as Boolean

    /** Puts all of [items] before the one at [index]; returns whether there were any. Fails as [add] and [get]. */
    public suspend fun addAll(index: Int, items: Collection<T>): Boolean =
        kept.change(ListOperation.INSERT_ALL, NOTHING, index, packAll(items)) as Boolean

    /** As the other [addAll], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun addAllBlocking(index: Int, items: Collection<T>): Boolean =
        kept.changeBlocking(ListOperation.INSERT_ALL, NOTHING, index, packAll(items)) as Boolean

    /** Puts [item] in place of the one at [index], which it returns. Fails as [add] and [get]. */
    public suspend fun replace(index: Int, item: T): T =
        open(kept.change(ListOperation.SET, NOTHING, index, pack(item)))

    /** As [replace], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun replaceBlocking(index: Int, item: T): T =
        open(kept.changeBlocking(ListOperation.SET, NOTHING, index, pack(item)))

    /** Puts [item] in place of the one at [index]. Fails as [add] and [get]. */
    public suspend operator fun set(index: Int, item: T) {
        kept.change(ListOperation.SET, NOTHING, index, pack(item))
    }

    /** Puts [item] in place of [old], if that is what is at [index], and says so. Fails as [add]. */
    public suspend fun replace(index: Int, old: T, item: T): Boolean =
        kept.change(ListOperation.SET_IF, NOTHING, index, pack(old), pack(item)) as Boolean

    /** As the other [replace], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun replaceBlocking(index: Int, old: T, item: T): Boolean =
        kept.changeBlocking(ListOperation.SET_IF, NOTHING, index, pack(old), pack(item)) as Boolean

    /** Removes the item at [index], and returns it. Fails as [add] and [get]. */
    public suspend fun removeAt(index: Int): T = open(kept.change(ListOperation.REMOVE_AT, NOTHING, index))

    /** As [removeAt], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeAtBlocking(index: Int): T = open(kept.changeBlocking(ListOperation.REMOVE_AT, NOTHING, index))

    /** Removes [item], if that is what is at [index], and says so. Fails as [add]. */
    public suspend fun removeAt(index: Int, item: T): Boolean =
        kept.change(ListOperation.REMOVE_AT_IF, NOTHING, index, pack(item)) as Boolean

    /** As the other [removeAt], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeAtBlocking(index: Int, item: T): Boolean =
        kept.changeBlocking(ListOperation.REMOVE_AT_IF, NOTHING, index, pack(item)) as Boolean

    /** Removes the first item that equals [item], if there is one, and says so. Fails as [add]. */
    public suspend fun remove(item: T): Boolean = kept.change(ListOperation.REMOVE, NOTHING, pack(item)) as Boolean

    /** As [remove], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeBlocking(item: T): Boolean =
        kept.changeBlocking(ListOperation.REMOVE, NOTHING, pack(item)) as Boolean

    /** Removes the items from index [from] to before index [to]. Fails as [add] and [get]. */
    public suspend fun removeRange(from: Int, to: Int) {
        kept.change(ListOperation.REMOVE_RANGE, NOTHING, from, to)
    }

    /** As [removeRange], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeRangeBlocking(from: Int, to: Int) {
        kept.changeBlocking(ListOperation.REMOVE_RANGE, NOTHING, from, to)
    }

    /** Removes all that equal one of [items]; returns whether there were any. Fails as [add]. */
    public suspend fun removeAll(items: Collection<T>): Boolean =
        kept.change(ListOperation.REMOVE_ALL, NOTHING, packAll(items)) as Boolean

    /** As [removeAll], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeAllBlocking(items: Collection<T>): Boolean =
        kept.changeBlocking(ListOperation.REMOVE_ALL, NOTHING, packAll(items)) as Boolean

    /** Removes all that equal none of [items]; returns whether there were any. Fails as [add]. */
    public suspend fun retainAll(items: Collection<T>): Boolean =
        kept.change(ListOperation.RETAIN_ALL, NOTHING, packAll(items)) as Boolean

    /** As [retainAll], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun retainAllBlocking(items: Collection<T>): Boolean =
        kept.changeBlocking(ListOperation.RETAIN_ALL, NOTHING, packAll(items)) as Boolean

    /** Removes all items. Fails as [add]. */
    public suspend fun clear() {
        kept.change(ListOperation.CLEAR, NOTHING)
    }

    /** As [clear], but blocks as [getBlocking]. */
    @Throws(InterruptedException::class)
    public fun clearBlocking() {
        kept.changeBlocking(ListOperation.CLEAR, NOTHING)
    }

    /**
     * Makes the item at [index] what [change] makes of it, and returns that.
     *
     * **Waiting.** For the functions of others. **Cancellation.** While it waits for its turn or its function suspends,
     * nothing has changed; then as all operations.
     *
     * Fails as [add] and [get], and with what [change] throws; nothing has changed then.
     */
    public suspend fun update(index: Int, change: suspend (T) -> T): T {
        var result: T? = null
        kept.changing(ListOperation.SET, index) { stored ->
            listOf(index, pack(change(open(stored)).also { result = it }))
        }
        @Suppress("UNCHECKED_CAST") // the function has run
        return result as T
    }

    /**
     * As [update], but blocks as [getBlocking].
     *
     * @throws InterruptedException also while it waits for its turn; nothing has changed then
     */
    @Throws(InterruptedException::class)
    public fun updateBlocking(index: Int, change: (T) -> T): T {
        var result: T? = null
        kept.changingBlocking(ListOperation.SET, index) { stored ->
            listOf(index, pack(change(open(stored)).also { result = it }))
        }
        @Suppress("UNCHECKED_CAST") // the function has run
        return result as T
    }

    /** Makes each item what [change] makes of it, all at once. Waits and fails as [update]. */
    public suspend fun replaceAll(change: suspend (T) -> T) {
        kept.changing(ListOperation.MAKE, null) { stored -> listOf(items(stored).map { pack(change(open(it))) }) }
    }

    /** As [replaceAll], but blocks as [updateBlocking]. */
    @Throws(InterruptedException::class)
    public fun replaceAllBlocking(change: (T) -> T) {
        kept.changingBlocking(ListOperation.MAKE, null) { stored ->
            listOf(items(stored).map { pack(change(open(it))) })
        }
    }

    /** Removes the items that [unwanted] is true for, all at once; returns whether there were any. As [update]. */
    public suspend fun removeIf(unwanted: suspend (T) -> Boolean): Boolean =
        kept.changing(ListOperation.MAKE, null) { stored ->
            val all = items(stored)
            listOf(all.filterNot { unwanted(open(it)) }).takeIf { (left) -> left.size < all.size }
        } != null

    /** As [removeIf], but blocks as [updateBlocking]. */
    @Throws(InterruptedException::class)
    public fun removeIfBlocking(unwanted: (T) -> Boolean): Boolean =
        kept.changingBlocking(ListOperation.MAKE, null) { stored ->
            val all = items(stored)
            listOf(all.filterNot { unwanted(open(it)) }).takeIf { (left) -> left.size < all.size }
        } != null

    /** Sorts the items by [comparator]; those that are equal stay in their order. Waits and fails as [update]. */
    public suspend fun sortWith(comparator: Comparator<in T>) {
        kept.changing(ListOperation.MAKE, null) { listOf(sorted(it, comparator)) }
    }

    /** As [sortWith], but blocks as [updateBlocking]. */
    @Throws(InterruptedException::class)
    public fun sortWithBlocking(comparator: Comparator<in T>) {
        kept.changingBlocking(ListOperation.MAKE, null) { listOf(sorted(it, comparator)) }
    }

    /** Says who keeps it; in the keeper's process, and among threads, how many items there are. Never waits. */
    override fun toString(): String =
        if (kept is KeptInHeap) "SharedList(${kept.state.read { it.size }} items)" else "SharedList($kept)"

    private fun sorted(stored: Any?, comparator: Comparator<in T>): List<Any?> {
        class Opened(val stored: Any?, val item: T)
        return items(stored).map { Opened(it, open(it)) }
            .sortedWith { one, other -> comparator.compare(one.item, other.item) }
            .map { it.stored }
    }

    private fun items(stored: Any?): List<Any?> = stored as List<Any?>

    private fun all(stored: Any?): List<T> = items(stored).map(::open)

    private fun pack(item: T): Any? = kept.pack(item, "item")

    private fun packAll(items: Collection<T>): List<Any?> = items.map(::pack)

    @Suppress("UNCHECKED_CAST") // nothing else was put in
    private fun open(stored: Any?): T = kept.open(stored) as T

    private fun writeReplace(): Any = kept.handleOf(this, ::Handle)

    private class Handle(private val ticket: Ticket) : Serializable {
        private fun readResolve(): Any = ticket.face(ListOperation.protocol) { SharedList<Any?>(it) }

        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}
