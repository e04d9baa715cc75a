package org.freethreading.wire

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import org.freethreading.RemoteTaskException
import java.util.TreeMap
import kotlin.random.Random

class HostileBytesTest :
    FunSpec({
        timeout = 300_000

        val seed = Random.nextLong()
        val random = Random(seed)
        val loader = KnownNames(javaClass.classLoader)
        val opener = Opener(loader, StringCodec, trusting(Fixtures, emptyList()))

        /** Opens [bytes] as whatever it may be; what comes is a value, a refusal, or malformed, and it takes little memory. */
        fun open(bytes: ByteArray) {
            val parcel = BytesParcel(bytes)
            val taken = allocated {
                try {
                    opener.value(parcel)
                } catch (_: MalformedException) {
                    // as it should
                } catch (_: RemoteTaskException) {
                    // as it should, too
                } catch (other: Throwable) {
                    throw AssertionError("seed $seed: ${bytes.contentToString()}", other)
                }
            }
            if (taken > BOUND) throw AssertionError("seed $seed: $taken bytes allocated for ${bytes.contentToString()}")
        }

        fun openFailure(bytes: ByteArray) {
            val taken = allocated { opener.failure(BytesParcel(bytes)) }
            if (taken > BOUND) throw AssertionError("seed $seed: $taken bytes allocated for ${bytes.contentToString()}")
        }

        val good = listOf(
            1, Long.MIN_VALUE, "text €", "\uD834", 2.5, IntArray(20) { it }, DoubleArray(5), BooleanArray(9), ByteArray(40), listOf("a", 1, null),
            Arrays, listOf(intArrayOf(1), "x"), Point(1.0, 2.0), Drawing(listOf(Circle(1.0))), hashMapOf("a" to 1, "b" to listOf(1)),
            hashSetOf(listOf(1), setOf(2)), TreeMap(mapOf(1 to "one")), Holder(arrayOf(1, "two", Holder(null))), Serial,
            listOf(Point(1.0, 2.0)), java.util.ArrayDeque(listOf(1, 2)), java.util.PriorityQueue(listOf(3, 1)), java.util.BitSet(100),
            java.util.Vector(listOf(1)), java.util.IdentityHashMap(mapOf("a" to 1)), java.util.concurrent.ConcurrentHashMap(mapOf(1 to 2)),
            java.math.BigInteger.TEN.pow(30), java.time.ZonedDateTime.now(), java.util.GregorianCalendar(), java.util.EnumSet.of(Colour.RED),
            java.util.concurrent.CopyOnWriteArrayList(listOf(1)), java.util.List.of(1, Holder(2)), Tag("a", Point(1.0, 2.0)), StringBuilder("x"),
            java.util.Hashtable(mapOf(1 to 2)), java.util.concurrent.ArrayBlockingQueue<Int>(10), IllegalStateException("text"),
        ).map { (packed(it) as BytesParcel).bytes } + listOf((packed("text", StringCodec) as BytesParcel).bytes)
        val failures = listOf(IllegalStateException("a", RuntimeException("b")), RemoteTaskException("a", "b"), Mocking())
            .map { (Failures.pack(it, noStowage) as BytesParcel).bytes }

        (good + failures).forEach { runCatching { opener.value(BytesParcel(it)) }.also { _ -> opener.failure(BytesParcel(it)) } }
        loader.isLearning = false

        test("random bytes end as a value, a refusal or malformed") {
            println("HostileBytesTest: seed $seed")
            onShortStack {
                repeat(70_000) {
                    val bytes = random.nextBytes(random.nextInt(64))
                    if (bytes.isNotEmpty() && random.nextBoolean()) bytes[0] = random.nextInt(32).toByte()
                    open(bytes)
                    if (it % 4 == 0) openFailure(bytes)
                }
            }
        }

        test("good bytes with a few of them changed end as a value, a refusal or malformed") {
            onShortStack { repeat(120_000) { open(mutated(good.random(random), random)) } }
        }

        test("failures with a few bytes changed end as a failure") {
            onShortStack { repeat(20_000) { openFailure(mutated(failures.random(random), random)) } }
        }

        test("a length that promises more than is there takes no memory") {
            val lengths = listOf(0x7fffffffL, 0xffffffffL, Long.MAX_VALUE, -1L, 1L shl 31, 1L shl 40)
            for (form in 0..40) {
                for (length in lengths) {
                    val out = ParcelOutput(noStowage).apply { write(form) }
                    out.writeVarint(length)
                    val parcel = out.finish()
                    val taken = allocated { runCatching { opener.value(parcel) } }
                    taken shouldBeLessThan (2L shl 20)
                }
            }
        }

        test("arrays in arrays that each promise what is there are refused") {
            var nested: Any = arrayOfNulls<Any>(0)
            repeat(500) { nested = arrayOf(nested) }
            val bytes = (packed(arrayOf(nested, ByteArray(10_000))) as BytesParcel).bytes
            var changed = 0
            for (i in 0 until bytes.size - 4) {
                // Each length of one becomes a length of ten thousand.
                if (bytes[i].toInt() == 0 && bytes[i + 1].toInt() == 0 && bytes[i + 2].toInt() == 0 && bytes[i + 3].toInt() == 1) {
                    bytes[i + 2] = 0x27
                    bytes[i + 3] = 0x10
                    changed++
                }
            }
            (changed > 400) shouldBe true

            val taken = allocated {
                runCatching { opener.value(BytesParcel(bytes)) }.exceptionOrNull()!!.javaClass shouldBe MalformedException::class.java
            }
            taken shouldBeLessThan BOUND
        }
    })

/** Most of the time goes into the stack traces of exceptions, and those of a test are long. */
private fun onShortStack(block: () -> Unit) {
    var failure: Throwable? = null
    val thread = Thread { failure = runCatching(block).exceptionOrNull() }.apply { isDaemon = true }
    thread.start()
    thread.join(LIMIT_MILLIS)
    if (thread.isAlive) throw AssertionError("hangs").apply { stackTrace = thread.stackTrace }
    failure?.let { throw it }
}

private const val LIMIT_MILLIS = 200_000L

private val Arrays = java.util.Arrays.asList(1, 2L, 'c')

private class Mocking : RuntimeException("text") {
    val at = Point(1.0, 2.0)
}

/** Knows the classes that it was asked for while it learned: to look for others, whose names are random, takes long. */
private class KnownNames(parent: ClassLoader) : ClassLoader(parent) {
    private val known = HashSet<String>()
    var isLearning = true

    override fun loadClass(name: String, resolve: Boolean): Class<*> {
        if (!isLearning && name !in known) throw ClassNotFoundException(name)
        return super.loadClass(name, resolve).also { known += name }
    }
}

/** What one parcel of a few hundred bytes may take, with the classes that it loads for the first time. */
private const val BOUND = 8L shl 20

private fun mutated(good: ByteArray, random: Random): ByteArray {
    val bytes = good.copyOf(if (random.nextInt(8) == 0) random.nextInt(good.size + 8) else good.size)
    if (bytes.isEmpty()) return bytes
    repeat(1 + random.nextInt(3)) {
        val at = random.nextInt(bytes.size)
        when (random.nextInt(4)) {
            0 -> bytes[at] = random.nextInt().toByte()
            1 -> bytes[at] = (bytes[at].toInt() xor (1 shl random.nextInt(8))).toByte()
            2 -> for (i in at until minOf(at + 4, bytes.size)) bytes[i] = if (i == at) 0x7f else 0xff.toByte()
            else -> if (bytes.size > at + 4) bytes.copyInto(bytes, at, 0, minOf(random.nextInt(1, 9), bytes.size - at))
        }
    }
    return bytes
}
