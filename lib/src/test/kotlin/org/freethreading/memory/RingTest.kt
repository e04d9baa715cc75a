package org.freethreading.memory

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.Scratch
import java.nio.file.Files
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread
import kotlin.random.Random

private const val CAPACITY = 4096

class RingTest : FunSpec({
    timeout = 30_000
    val folder = Scratch.newFolder("rings")
    var files = 0

    /** Two ends of one ring, as two processes have them. */
    fun newRing(): Pair<Ring, Ring> {
        val made = Segment.create(folder.resolve("${files++}"), Segment.START + Ring.sizeOf(CAPACITY))
        return Ring(made, Segment.START, CAPACITY) to Ring(Segment.attach(made.path), Segment.START, CAPACITY)
    }

    fun Ring.next(): Pair<Long, List<Byte>>? {
        var frame: Pair<Long, List<Byte>>? = null
        poll(1) { word, bytes, length -> frame = word to bytes.take(length) }
        return frame
    }

    test("a ring gives frames as they were put, in order, round and round its end") {
        val (producer, consumer) = newRing()
        val random = Random(1)
        var put = 0L
        var taken = 0L
        fun payload(i: Long) = Random(i).let { random -> random.nextBytes(random.nextInt(producer.maxPayload / 4)) }

        while (taken < 10_000) {
            repeat(random.nextInt(8)) { if (producer.offer(put, payload(put))) put++ }
            repeat(random.nextInt(8)) {
                consumer.next()?.let { (word, payload) ->
                    word shouldBe taken
                    payload shouldBe payload(taken).toList()
                    taken++
                }
            }
        }
    }

    test("a lot of frames is taken in order, as many as are wanted or there, and then there is room for others") {
        val (producer, consumer) = newRing()
        var count = 0
        while (producer.offer(count.toLong(), ByteArray(1000))) count++
        val taken = ArrayList<Long>()
        val taker = FrameTaker { word, _, _ ->
            if (taken.size < 3) producer.offer(99, ByteArray(1000)) shouldBe false
            taken += word
        }

        consumer.poll(3, taker) shouldBe 3
        producer.offer(count.toLong(), ByteArray(1000)) shouldBe true
        consumer.poll(100, taker) shouldBe count - 2
        taken shouldBe List(count + 1) { it.toLong() }
        consumer.poll(100, taker) shouldBe 0
    }

    test("a taker that fails has taken its frame and those before it") {
        val (producer, consumer) = newRing()
        repeat(3) { producer.offer(it.toLong(), ByteArray(8)) }

        shouldThrow<IllegalStateException> { consumer.poll(3) { word, _, _ -> check(word < 1) } }
        consumer.next()?.first shouldBe 2
    }

    test("a full ring takes nothing, and goes on when something was taken") {
        val (producer, consumer) = newRing()
        var count = 0
        while (producer.offer(0, ByteArray(1000))) count++

        count shouldBe 4
        producer.offer(0, ByteArray(1000)) shouldBe false
        consumer.next()?.second?.size shouldBe 1000
        producer.offer(0, ByteArray(1000)) shouldBe true
    }

    test("the largest payload fits wherever the ring stands, and a larger one is refused") {
        val (producer, consumer) = newRing()
        repeat(1000) { i ->
            producer.offer(1, ByteArray(i % 50)) shouldBe true
            consumer.next()?.first shouldBe 1
            producer.offer(2, ByteArray(producer.maxPayload)) shouldBe true
            consumer.next()?.second?.size shouldBe producer.maxPayload
        }

        shouldThrow<IllegalArgumentException> { producer.offer(0, ByteArray(producer.maxPayload + 1)) }
    }

    test("whoever sleeps is woken once for each sleep, and no frame is overslept") {
        val (producer, consumer) = newRing()
        val rings = AtomicInteger()
        var sleeps = 0 // and looks before it
        var taken = 0
        val frames = 100_000
        val reader = thread(name = "consumer") {
            while (taken < frames) {
                if (consumer.next() != null) {
                    taken++
                    continue
                }
                val before = rings.get()
                sleeps++
                consumer.announceSleep()
                if (consumer.isEmpty) {
                    while (rings.get() == before && consumer.isEmpty) LockSupport.park()
                }
                consumer.retractSleep()
            }
        }
        for (i in 1..frames) {
            while (!producer.offer(0, byteArrayOf(1))) Thread.onSpinWait()
            if (producer.takeSleeper()) {
                rings.incrementAndGet()
                LockSupport.unpark(reader)
            }
            if (i % 1000 == 0) Thread.yield()
        }

        reader.join()
        taken shouldBe frames
        (rings.get() <= sleeps) shouldBe true
    }

    test("whatever the other end has written, a ring gives a frame, none, or says that it makes no sense") {
        val random = Random(42)
        var malformed = 0
        repeat(2_000) {
            val segment = Segment.create(folder.resolve("${files++}"), Segment.START + Ring.sizeOf(CAPACITY))
            val producer = Ring(segment, Segment.START, CAPACITY)
            val consumer = Ring(segment, Segment.START, CAPACITY)
            repeat(5) { producer.offer(it.toLong(), random.nextBytes(random.nextInt(300))) }
            repeat(random.nextInt(1, 6)) {
                val place = if (random.nextBoolean()) 8 * random.nextInt(60) else 384 + 8 * random.nextInt(CAPACITY / 8)
                segment.putLong(Segment.START + place, if (random.nextBoolean()) random.nextLong() else random.nextLong(CAPACITY * 2L))
            }
            try {
                var frames = 0
                while (frames < 1_000 && consumer.poll(1) { _, _, length -> check(length <= consumer.maxPayload) } > 0) frames++
                check(frames < 1_000) { "there is no room for so many frames" }
            } catch (_: MalformedRingException) {
                malformed++
            }
            Files.delete(segment.path)
        }

        (malformed > 100) shouldBe true
    }
})
