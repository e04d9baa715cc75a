package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.nio.ByteOrder

class SharedArraysTest : FunSpec({
    timeout = 300_000
    invocationTimeout = 120_000

    Backends.all.forEach { include(arraysContract(it)) }
})

private fun arraysContract(backend: Backend) = funSpec {
    context("arrays on $backend") {
        test("an array of longs does what an AtomicLongArray does, and leaves the neighbours alone") {
            val array = SharedLongArray(3, backend)

            array.length() shouldBe 3
            array[1] shouldBe 0
            array[1] = 7
            array.getAndSet(1, Long.MAX_VALUE) shouldBe 7
            array.getAndAdd(1, 1) shouldBe Long.MAX_VALUE
            array.addAndGet(1, -1) shouldBe Long.MAX_VALUE
            array.incrementAndGet(1) shouldBe Long.MIN_VALUE
            array.getAndIncrement(1) shouldBe Long.MIN_VALUE
            array.decrementAndGet(1) shouldBe Long.MIN_VALUE
            array.getAndDecrement(1) shouldBe Long.MIN_VALUE
            array.compareAndSet(1, 0, 1) shouldBe false
            array.compareAndSet(1, Long.MAX_VALUE, 10) shouldBe true
            array.getAndUpdate(1) { it * 2 } shouldBe 10
            array.updateAndGet(1) { it + 1 } shouldBe 21
            array.getAndAccumulate(1, 2) { was, x -> was * x } shouldBe 21
            array.accumulateAndGet(1, 40, Math::max) shouldBe 42
            "$array" shouldBe "[0, 42, 0]"
        }

        test("an array of ints does what an AtomicIntegerArray does, and leaves the neighbours alone") {
            val array = SharedIntArray(3, backend)

            array.length() shouldBe 3
            array[1] = 7
            array.getAndSet(1, Int.MAX_VALUE) shouldBe 7
            array.getAndAdd(1, 1) shouldBe Int.MAX_VALUE
            array.addAndGet(1, -1) shouldBe Int.MAX_VALUE
            array.incrementAndGet(1) shouldBe Int.MIN_VALUE
            array.getAndIncrement(1) shouldBe Int.MIN_VALUE
            array.decrementAndGet(1) shouldBe Int.MIN_VALUE
            array.getAndDecrement(1) shouldBe Int.MIN_VALUE
            array.compareAndSet(1, 0, 1) shouldBe false
            array.compareAndSet(1, Int.MAX_VALUE, 10) shouldBe true
            array.getAndUpdate(1) { it * 2 } shouldBe 10
            array.updateAndGet(1) { it + 1 } shouldBe 21
            array.getAndAccumulate(1, 2) { was, x -> was * x } shouldBe 21
            array.accumulateAndGet(1, 40, Math::max) shouldBe 42
            "$array" shouldBe "[0, 42, 0]"
        }

        test("an array of doubles compares as equals does, whatever NaN it is") {
            val array = SharedDoubleArray(doubleArrayOf(1.0, 0.5, 2.0), backend)

            array.getAndAdd(1, 1.5) shouldBe 0.5
            array.addAndGet(1, -4.0) shouldBe -2.0
            array.getAndUpdate(1) { it * it } shouldBe -2.0
            array.updateAndGet(1, Math::sqrt) shouldBe 2.0
            array.getAndAccumulate(1, 3.0, Math::pow) shouldBe 2.0
            array.accumulateAndGet(1, 1.0, Math::max) shouldBe 8.0
            array.getAndSet(1, -0.0) shouldBe 8.0
            array.compareAndSet(1, 0.0, 1.0) shouldBe false
            array.compareAndSet(1, -0.0, Double.NaN) shouldBe true
            array.asByteBuffer().putLong(8, Double.NaN.toRawBits() or 5)
            array.compareAndSet(1, -Double.NaN, 1.5) shouldBe true
            "$array" shouldBe "[1.0, 1.5, 2.0]"
        }

        test("an array of bytes does the same modulo 256, and leaves the neighbours alone, also in the same word") {
            val array = SharedByteArray(byteArrayOf(1, 2, 3, 4, 5), backend)

            array.getAndSet(2, Byte.MAX_VALUE) shouldBe 3
            array.getAndAdd(2, 1) shouldBe Byte.MAX_VALUE
            array.addAndGet(2, -1) shouldBe Byte.MAX_VALUE
            array.incrementAndGet(2) shouldBe Byte.MIN_VALUE
            array.getAndIncrement(2) shouldBe Byte.MIN_VALUE
            array.decrementAndGet(2) shouldBe Byte.MIN_VALUE
            array.getAndDecrement(2) shouldBe Byte.MIN_VALUE
            array.compareAndSet(2, 0, 1) shouldBe false
            array.compareAndSet(2, Byte.MAX_VALUE, -10) shouldBe true
            array.getAndUpdate(2) { it * 2 } shouldBe -10
            array.updateAndGet(2) { it + 300 } shouldBe (280 - 256).toByte()
            array.getAndAccumulate(2, 2) { was, x -> was * x } shouldBe 24
            array.accumulateAndGet(2, 100, Math::max) shouldBe 100
            array[4] = -1
            array[3] shouldBe 4
            "$array" shouldBe "[1, 2, 100, 4, -1]"
        }

        test("an index or a range that is not there is an error that names it, and changes nothing") {
            val array = SharedIntArray(intArrayOf(1, 2, 3), backend)

            shouldThrow<IndexOutOfBoundsException> { array[3] }.message shouldBe
                "index 3 is out of bounds: the array has a length of 3"
            shouldThrow<IndexOutOfBoundsException> { array[-1] = 0 }.message shouldBe
                "index -1 is out of bounds: the array has a length of 3"
            shouldThrow<IndexOutOfBoundsException> { array.write(2, intArrayOf(7, 8)) }.message shouldBe
                "2 elements from index 2 on are out of bounds: the array has a length of 3"
            shouldThrow<IndexOutOfBoundsException> { array.read(0, IntArray(2), 1, 2) }.message shouldBe
                "2 elements from index 1 on are out of bounds: what is read into has a length of 2"
            shouldThrow<IndexOutOfBoundsException> { array.write(0, IntArray(2), 0, -1) }
            shouldThrow<IndexOutOfBoundsException> { array.read(Int.MAX_VALUE, 2) }
            shouldThrow<IndexOutOfBoundsException> { SharedByteArray(5, backend)[5] }
            shouldThrow<IndexOutOfBoundsException> { SharedLongArray(0, backend)[0] }
            shouldThrow<IndexOutOfBoundsException> { SharedDoubleArray(1, backend).getAndAdd(1, 1.0) }
            array.read().toList() shouldContainExactly listOf(1, 2, 3)
        }

        test("a length that is impossible is refused, with what is possible") {
            shouldThrow<IllegalArgumentException> { SharedLongArray(-1, backend) }.message shouldBe
                "an array cannot have a length of -1: with elements of 8 bytes it takes 0 to 268435416"
            shouldThrow<IllegalArgumentException> { SharedLongArray(268_435_417, backend) }
            shouldThrow<IllegalArgumentException> { SharedDoubleArray(268_435_417, backend) }
            shouldThrow<IllegalArgumentException> { SharedIntArray(536_870_833, backend) }
            shouldThrow<IllegalArgumentException> { SharedByteArray(Int.MAX_VALUE, backend) }.message shouldBe
                "an array cannot have a length of 2147483647: with elements of 1 bytes it takes 0 to 2147483328"
        }

        test("ranges are read and written, and a long array is shown in part") {
            val longs = SharedLongArray(LongArray(1000) { it.toLong() }, backend)
            val into = LongArray(5)

            longs.read(10, into, 1, 3)
            longs.write(20, longArrayOf(-1, -2, -3, -4), 1, 2)
            longs.write(999, longArrayOf(-9))

            into.toList() shouldContainExactly listOf(0, 10, 11, 12, 0)
            longs.read(19, 4).toList() shouldContainExactly listOf(19, -2, -3, 22)
            longs.read(998).toList() shouldContainExactly listOf(998, -9)
            "$longs".takeLast(25) shouldBe ", 98, 99, ... and 900 more]".takeLast(25)
            SharedByteArray(ByteArray(11) { it.toByte() }, backend).read(9).toList() shouldContainExactly listOf<Byte>(9, 10)
            SharedDoubleArray(doubleArrayOf(1.5, 2.5), backend).read().toList() shouldContainExactly listOf(1.5, 2.5)
            "${SharedIntArray(0, backend)}" shouldBe "[]"
            SharedIntArray(0, backend).read().size shouldBe 0
            SharedIntArray(0, backend).asByteBuffer().capacity() shouldBe 0
        }

        test("a buffer is the very memory of the array, in little endian, as long as it is") {
            val ints = SharedIntArray(intArrayOf(1, 2, 3), backend)
            val buffer = ints.asByteBuffer()

            buffer.order() shouldBe ByteOrder.LITTLE_ENDIAN
            buffer.isDirect shouldBe true
            buffer.position(8).remaining() shouldBe 4
            buffer.putInt(4, 20)
            ints[2] = 30
            ints.asByteBuffer().position() shouldBe 0
            ints[1] shouldBe 20
            buffer.getInt() shouldBe 30
            shouldThrow<IndexOutOfBoundsException> { buffer.get(12) }
            SharedByteArray(5, backend).asByteBuffer().capacity() shouldBe 5
        }

        test("no change is lost among four workers, at one element or at neighbours, nor any step that the lock guards") {
            val times = 100_000
            val longs = SharedLongArray(2, backend)
            val ints = SharedIntArray(4, backend)
            val doubles = SharedDoubleArray(1, backend)
            val bytes = SharedByteArray(4, backend)
            val guarded = SharedLongArray(1, backend)
            WorkerPool(4, backend).use { pool ->
                pool.map(0 until 4, chunkSize = 1) { worker ->
                    repeat(times) {
                        longs.getAndAdd(0, 1)
                        ints.getAndIncrement(worker)
                    }
                    repeat(times / 10) {
                        longs.updateAndGet(1) { it + 2 }
                        doubles.addAndGet(0, 0.5)
                        bytes.incrementAndGet(worker)
                        bytes[worker] = bytes[worker]
                    }
                    repeat(times / 100) { guarded.lock().withLock { guarded[0] = guarded[0] + 1 } }
                }
            }

            longs.read().toList() shouldContainExactly listOf(4L * times, 8L * times / 10)
            ints.read().toList() shouldContainExactly List(4) { times }
            doubles[0] shouldBe 2.0 * times / 10
            bytes.read().toList() shouldContainExactly List(4) { (times / 10).toByte() }
            guarded[0] shouldBe 4L * times / 100
        }

        test("an array is the same one when it comes back, nested anywhere, and so is its lock") {
            val array = SharedIntArray(intArrayOf(1), backend)
            val bytes = SharedByteArray(2, backend)
            WorkerPool(1, backend).use { pool ->
                val back = pool.call { listOf(mapOf("array" to array), bytes, array.lock(), array.getAndIncrement(0)) }

                ((back[0] as Map<*, *>)["array"] === array) shouldBe true
                (back[1] === bytes) shouldBe true
                (back[2] === array.lock()) shouldBe true
                back[3] shouldBe 1
                array[0] shouldBe 2
            }
        }

        test("an array of a hundred million bytes is shared from end to end") {
            val length = 100_000_003
            val array = SharedByteArray(length, backend)
            WorkerPool(1, backend).use { pool ->
                pool.call {
                    array.addAndGet(length - 1, 5)
                    array.write(length - 4, byteArrayOf(1, 2, 3))
                    array.asByteBuffer().put(0, 9)
                    Unit
                }
            }

            array.read(length - 5).toList() shouldContainExactly listOf<Byte>(0, 1, 2, 3, 5)
            array[0] shouldBe 9
            array[length / 2] shouldBe 0
        }
    }
}
