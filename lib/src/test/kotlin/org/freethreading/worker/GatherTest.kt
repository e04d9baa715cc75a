package org.freethreading.worker

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

class GatherTest : FunSpec({
    test("a chunk is chosen so that each worker gets about four") {
        Gather.chooseChunk(0, 4) shouldBe 1
        Gather.chooseChunk(16, 4) shouldBe 1
        Gather.chooseChunk(17, 4) shouldBe 2
        Gather.chooseChunk(1_000, 2) shouldBe 125
        Gather.chooseChunk(Int.MAX_VALUE, 1) shouldBe 536_870_912
    }
})
