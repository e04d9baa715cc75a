package org.freethreading.deadlock

import org.freethreading.Deadlock

/** Somebody who waits: the place of the process, and the number of the wait in it. */
internal data class Node(val process: Int, val number: Long) : Comparable<Node> {
    override fun compareTo(other: Node) = compareValuesBy(this, other, Node::process, Node::number)
}

/**
 * Who waits for whom, in what processes see. Everybody waits for one lock, which one other holds at most, so from each
 * there leads one way at most, and into one circle at most.
 */
internal class Circles(views: Map<Int, View>) {
    private val waits = HashMap<Node, View.Wait>()
    private val owners = HashMap<String, Owner?>()

    private class Owner(val node: Node, val takenAt: List<StackTraceElement>)

    init {
        for ((process, view) in views) {
            view.waits.forEach { waits[Node(process, it.number)] = it }
            for (holding in view.holdings) { // two who claim the same lock have looked at different moments
                val owner = Owner(Node(process, holding.number), holding.takenAt)
                owners[holding.key] = if (holding.key in owners) null else owner
            }
        }
    }

    private fun ownerOf(node: Node, wait: View.Wait): Owner? =
        if (wait.holder != 0L) Owner(Node(node.process, wait.holder), wait.takenAt) else wait.key?.let(owners::get)

    private fun nextOf(node: Node): Node? = waits[node]?.let { ownerOf(node, it)?.node }

    /** All circles, each beginning with the smallest who is in it. */
    val all: List<List<Node>> by lazy {
        val found = ArrayList<List<Node>>()
        val seen = HashSet<Node>()
        for (start in waits.keys) {
            val way = LinkedHashSet<Node>()
            var node: Node? = start
            while (node != null && node !in seen && way.add(node)) node = nextOf(node)
            seen += way
            if (node != null && node in way) found += fromSmallest(way.dropWhile { it != node })
        }
        found
    }

    private fun fromSmallest(circle: List<Node>): List<Node> {
        val first = circle.indexOf(circle.min())
        return circle.drop(first) + circle.take(first)
    }

    /** Who of [circle] is to give up: everybody who sees it chooses the same. Null if nobody may. */
    fun victimOf(circle: List<Node>): Node? = circle.find { !waits.getValue(it).isSpared }

    fun describe(circle: List<Node>) = Deadlock(
        circle.map { node ->
            val wait = waits.getValue(node)
            val owner = ownerOf(node, wait)!!
            Deadlock.Wait(wait.name, wait.lock, waits.getValue(owner.node).name, wait.waitsAt, owner.takenAt)
        },
    )
}
