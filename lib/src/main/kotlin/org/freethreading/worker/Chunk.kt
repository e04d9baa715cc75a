package org.freethreading.worker

import java.util.concurrent.atomic.AtomicInteger

/** Elements of a map that are handed in together, first to last. The pool counts them as one piece of work. */
internal class Chunk(items: List<Any?>, val firstIndex: Long, body: Body, terms: Terms, private val mapping: Mapping) :
    Exit {
    private val elements = Array(items.size) { Element(body, items[it], firstIndex + it, terms, this, mapping) }
    private val left = AtomicInteger(items.size)

    val first: Element get() = elements[0]

    init {
        for (i in 1 until elements.size) elements[i - 1].next = elements[i]
    }

    override fun leave() {
        if (left.decrementAndGet() == 0) mapping.left(this)
    }

    fun cancelUnbegun(fromIndex: Long) = elements.forEach { if (it.index >= fromIndex) it.cancelUnbegun() }

    fun cancel(fromIndex: Long, interrupt: Boolean) =
        elements.reversed().forEach { if (it.index >= fromIndex) it.cancel(interrupt) } // or the next ones would begin
}
