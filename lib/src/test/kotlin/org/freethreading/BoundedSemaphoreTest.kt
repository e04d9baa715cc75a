package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.throwable.shouldHaveMessage

class BoundedSemaphoreTest : FunSpec({
    timeout = 60_000
    Backends.all.forEach { backend ->
        include(semaphoreContract("a bounded semaphore on $backend", backend) { BoundedSemaphore(it, backend) })
        include(boundedContract(backend))
    }
})

private fun boundedContract(backend: Backend) = funSpec {
    context("the bound of a bounded semaphore on $backend") {
        test("is one permit by default") {
            val semaphore = BoundedSemaphore()

            semaphore.availablePermits shouldBe 1
            shouldThrow<IllegalStateException> { semaphore.release() }
        }

        test("makes one release too many an error that changes nothing") {
            val semaphore = BoundedSemaphore(2, backend)
            semaphore.acquire()

            val mistake = shouldThrow<IllegalStateException> { semaphore.release(2) }

            mistake shouldHaveMessage "release(2) of BoundedSemaphore(1 permits free) makes more than 2: release each permit once"
            semaphore.availablePermits shouldBe 1
            semaphore.release()
            semaphore.availablePermits shouldBe 2
        }
    }
}
