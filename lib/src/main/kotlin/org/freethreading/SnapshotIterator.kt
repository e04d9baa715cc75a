package org.freethreading

import org.freethreading.queue.Items

/** Loops over what was in a queue at one moment, as [Queue.snapshotIterator] says. Not safe for concurrent use. */
internal class SnapshotIterator<T>(private val belt: QueueBelt, private val items: Items<T>) : MutableIterator<T> {
    private val survey = belt.survey()
    private var next = 0
    private var isRemovable = false

    override fun hasNext(): Boolean = next < survey.items.size

    override fun next(): T {
        if (!hasNext()) throw NoSuchElementException("no more than ${survey.items.size} items")
        isRemovable = true
        return items.read(survey.items[next++])
    }

    override fun remove() {
        check(isRemovable) { "remove() needs a next() before it: call it once per item" }
        isRemovable = false
        belt.removeFrom(survey, next - 1)
    }
}
