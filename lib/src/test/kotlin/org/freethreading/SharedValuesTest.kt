package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe

class SharedValuesTest : FunSpec({
    timeout = 120_000
    invocationTimeout = 60_000

    Backends.all.forEach { include(valuesContract(it)) }
})

private fun valuesContract(backend: Backend) = funSpec {
    context("values on $backend") {
        test("a long does what an AtomicLong does, over the whole range") {
            val number = SharedLong(5, backend)

            number.get() shouldBe 5
            number.set(7)
            number.getAndSet(Long.MAX_VALUE) shouldBe 7
            number.getAndAdd(1) shouldBe Long.MAX_VALUE
            number.addAndGet(-1) shouldBe Long.MAX_VALUE
            number.incrementAndGet() shouldBe Long.MIN_VALUE
            number.getAndIncrement() shouldBe Long.MIN_VALUE
            number.decrementAndGet() shouldBe Long.MIN_VALUE
            number.getAndDecrement() shouldBe Long.MIN_VALUE
            number.compareAndSet(0, 1) shouldBe false
            number.compareAndSet(Long.MAX_VALUE, 10) shouldBe true
            number.getAndUpdate { it * 2 } shouldBe 10
            number.updateAndGet { it + 1 } shouldBe 21
            number.getAndAccumulate(2) { was, x -> was * x } shouldBe 21
            number.accumulateAndGet(40, Math::max) shouldBe 42
            "$number" shouldBe "42"
            SharedLong(backend = backend).get() shouldBe 0
        }

        test("an int does what an AtomicInteger does, over the whole range") {
            val number = SharedInt(5, backend)

            number.get() shouldBe 5
            number.set(7)
            number.getAndSet(Int.MAX_VALUE) shouldBe 7
            number.getAndAdd(1) shouldBe Int.MAX_VALUE
            number.addAndGet(-1) shouldBe Int.MAX_VALUE
            number.incrementAndGet() shouldBe Int.MIN_VALUE
            number.getAndIncrement() shouldBe Int.MIN_VALUE
            number.decrementAndGet() shouldBe Int.MIN_VALUE
            number.getAndDecrement() shouldBe Int.MIN_VALUE
            number.compareAndSet(0, 1) shouldBe false
            number.compareAndSet(Int.MAX_VALUE, 10) shouldBe true
            number.getAndUpdate { it * 2 } shouldBe 10
            number.updateAndGet { it + 1 } shouldBe 21
            number.getAndAccumulate(2) { was, x -> was * x } shouldBe 21
            number.accumulateAndGet(40, Math::max) shouldBe 42
            "$number" shouldBe "42"
            SharedInt(backend = backend).get() shouldBe 0
        }

        test("a double is compared as equals does") {
            val number = SharedDouble(0.5, backend)

            number.get() shouldBe 0.5
            number.getAndAdd(1.5) shouldBe 0.5
            number.addAndGet(-4.0) shouldBe -2.0
            number.getAndUpdate { it * it } shouldBe -2.0
            number.updateAndGet(Math::sqrt) shouldBe 2.0
            number.getAndAccumulate(3.0, Math::pow) shouldBe 2.0
            number.accumulateAndGet(1.0, Math::max) shouldBe 8.0
            number.getAndSet(-0.0) shouldBe 8.0
            number.compareAndSet(0.0, 1.0) shouldBe false
            number.compareAndSet(-0.0, Double.NaN) shouldBe true
            number.compareAndSet(-Double.NaN, 1.5) shouldBe true
            "$number" shouldBe "1.5"
            SharedDouble(backend = backend).get() shouldBe 0.0
        }

        test("a boolean does what an AtomicBoolean does") {
            val value = SharedBoolean(true, backend)

            value.get() shouldBe true
            value.set(false)
            value.getAndSet(true) shouldBe false
            value.compareAndSet(false, true) shouldBe false
            value.compareAndSet(true, false) shouldBe true
            "$value" shouldBe "false"
            SharedBoolean(backend = backend).get() shouldBe false
        }

        test("no change is lost among workers, nor any step that the lock guards") {
            val times = 10_000
            val long = SharedLong(backend = backend)
            val int = SharedInt(backend = backend)
            val double = SharedDouble(backend = backend)
            val turn = SharedBoolean(backend = backend)
            val guarded = SharedLong(backend = backend)
            WorkerPool(4, backend).use { pool ->
                pool.map(0 until 4, chunkSize = 1) {
                    repeat(times) {
                        long.getAndAdd(1)
                        int.updateAndGet { it + 1 }
                        double.addAndGet(0.5)
                        turn.compareAndSet(false, true)
                    }
                    repeat(times / 10) { guarded.lock().withLock { guarded.set(guarded.get() + 1) } }
                }
            }

            long.get() shouldBe 4L * times
            int.get() shouldBe 4 * times
            double.get() shouldBe 2.0 * times
            turn.get() shouldBe true
            guarded.get() shouldBe 4L * times / 10
        }

        test("a value is the same one when it comes back, and so is its lock") {
            val number = SharedLong(1, backend)
            WorkerPool(1, backend).use { pool ->
                val (back, lock) = pool.call { listOf(number, number.lock()) }

                (back === number) shouldBe true
                (lock === number.lock()) shouldBe true
            }
        }
    }
}
