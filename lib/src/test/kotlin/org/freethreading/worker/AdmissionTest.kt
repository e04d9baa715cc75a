package org.freethreading.worker

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.util.concurrent.atomic.AtomicInteger

class AdmissionTest : FunSpec({
    timeout = 10_000

    test("admission is drained once it is closed and all have left, and says so once") {
        val drained = AtomicInteger()
        val admission = Admission { drained.incrementAndGet() }
        admission.enter() shouldBe true
        repeat(2) { admission.enter() shouldBe true }
        admission.leave()
        admission.close()
        admission.close()

        admission.isOpen shouldBe false
        admission.enter() shouldBe false
        repeat(2) {
            admission.isDrained shouldBe false
            drained.get() shouldBe 0
            admission.leave()
        }
        admission.isDrained shouldBe true
        drained.get() shouldBe 1
    }

    test("admission that is closed while nobody is in is drained at once") {
        val drained = AtomicInteger()
        val admission = Admission { drained.incrementAndGet() }
        admission.enter()
        admission.leave()
        admission.isDrained shouldBe false
        admission.close()

        admission.isDrained shouldBe true
        drained.get() shouldBe 1
    }

    test("more of what is in may come in after the end, until all is drained") {
        val admission = Admission { }
        admission.enter()
        admission.close()
        repeat(2) { admission.enterMore() shouldBe true }
        repeat(3) { admission.leave() }

        admission.isDrained shouldBe true
        admission.enterMore() shouldBe false
    }
})
