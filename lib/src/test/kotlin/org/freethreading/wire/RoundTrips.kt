package org.freethreading.wire

import kotlinx.serialization.Contextual
import kotlinx.serialization.Serializable
import org.freethreading.Codec
import org.freethreading.Scratch
import org.freethreading.WorkerRunnable
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import java.io.Serializable as JavaSerializable

// Parcels sent to and fro in one process, and what is in them.

internal val noStowage = Stowage { error("no parcel of this test is to be stowed") }

/** Stows in a directory of its own, which [use] empties. */
internal class TestStowage : Stowage {
    val directory: Path = Scratch.newFolder("stowage")
    private var files = 0

    override fun newFile(bytes: Long): Path = directory.resolve("${files++}")

    fun left(): List<Path> = Files.list(directory).use { it.toList() }

    fun <T> use(block: (TestStowage) -> T): T = try {
        block(this)
    } finally {
        directory.toFile().deleteRecursively()
    }
}

internal fun packed(value: Any?, codec: Codec? = null): Parcel = Packer(codec, noStowage).value(value, "item")

/** What arrives of [value]; with [trusted], at a parent that takes it from a worker which runs code of these tests. */
@Suppress("UNCHECKED_CAST")
internal fun <T> roundTrip(value: T, codec: Codec? = null, trusted: Boolean = false): T =
    opener(codec, trusted).value(packed(value, codec)) as T

@Suppress("UNCHECKED_CAST")
internal fun <T : Any> roundTripFunction(function: T): T = opener().value(Packer(null, noStowage).function(function)) as T

internal fun opener(codec: Codec? = null, trusted: Boolean = false, allow: List<String> = emptyList()): Opener =
    Opener(Fixtures::class.java.classLoader, codec, if (trusted) trusting(Fixtures::class.java, allow) else null)

internal object Fixtures

/** How many bytes [block] allocates on this thread. */
internal fun allocated(block: () -> Unit): Long {
    val threads = ManagementFactory.getThreadMXBean() as com.sun.management.ThreadMXBean
    val before = threads.getThreadAllocatedBytes(Thread.currentThread().id)
    block()
    return threads.getThreadAllocatedBytes(Thread.currentThread().id) - before
}

/** Boxes in every position that Java offers. */
internal class Positions(val field: Point, val array: Array<Point>, val list: List<Point>, val map: Map<Point, Point>) : JavaSerializable {
    lateinit var late: Point
    val any: Any = field

    override fun equals(other: Any?): Boolean = other is Positions && listOf(field, list, map, late, any) ==
        listOf(other.field, other.list, other.map, other.late, other.any) && array.contentEquals(other.array)

    override fun hashCode(): Int = field.hashCode()
}

/** Reads its fields by name. */
internal class ByHand(@Transient var point: Point) : JavaSerializable {
    private fun writeObject(out: java.io.ObjectOutputStream) {
        out.writeObject(point)
        out.writeUnshared(point)
    }

    private fun readObject(input: java.io.ObjectInputStream) {
        point = input.readObject() as Point
        check(input.readUnshared() == point)
    }
}

@JvmRecord
internal data class Tag(val name: String, val at: Point) : JavaSerializable

internal object Serial : JavaSerializable {
    var state = 0
}

@Serializable
internal object JsonOnly

@Serializable
internal object Both : JavaSerializable

internal data object DataObject : JavaSerializable {
    private fun readResolve(): Any = DataObject
}

internal object Unserialisable : WorkerRunnable {
    val thread: Thread = Thread.currentThread()

    override fun runTask() = println(thread)
}

internal class WithCompanion(val text: String) : JavaSerializable {
    companion object : JavaSerializable {
        private fun unused() = 1
    }
}

/** Not an `object`, though it looks like one. */
internal class Lookalike private constructor(val text: String) : JavaSerializable {
    companion object {
        @JvmField
        val INSTANCE = Lookalike("one")

        fun another() = Lookalike("another")
    }
}

@Serializable
internal sealed interface Shape

@Serializable
internal data class Circle(val radius: Double) : Shape

@Serializable
internal data class Drawing(val shapes: List<Shape>, @Contextual val none: String? = null)
