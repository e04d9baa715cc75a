package org.freethreading.memory

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe

class RecordsTest : FunSpec({
    fun records(count: Int = 4) = Records.unshared(number = 1, size = 64, count) { }

    test("a record is free again when its last user has left") {
        val records = records()
        val index = records.allocateFresh(kind = 3, hasContents = false, user = 1)
        val generation = records.generation(index)

        records.kind(index) shouldBe 3
        records.attach(index, generation, user = 2) shouldBe true
        records.detach(index, user = 1)
        records.isUsed(index) shouldBe true
        records.detach(index, user = 2)

        records.isUsed(index) shouldBe false
        records.freed() shouldContainExactly listOf(index)
    }

    test("a record lives as long as a handle of it is on its way") {
        val records = records()
        val index = records.allocateFresh(kind = 0, hasContents = false, user = 1)
        records.lift(index)
        records.detach(index, user = 1)
        records.isUsed(index) shouldBe true

        records.attach(index, records.generation(index), user = 2) shouldBe true
        records.land(index)
        records.isUsed(index) shouldBe true
        records.detach(index, user = 2)

        records.isUsed(index) shouldBe false
    }

    test("a handle that comes when its record is gone does not get another one's") {
        val records = records()
        val index = records.allocateFresh(kind = 0, hasContents = false, user = 1)
        val generation = records.generation(index)
        records.detach(index, user = 1)

        records.attach(index, generation, user = 2) shouldBe false
        records.reuse(index, kind = 0, hasContents = false, user = 1)

        records.attach(index, generation, user = 2) shouldBe false
        records.attach(index, generation + 1, user = 2) shouldBe true
        records.attach(99, 1, user = 2) shouldBe false
    }

    test("a record with contents is free when they are") {
        val records = records()
        val index = records.allocateFresh(kind = 0, hasContents = true, user = 1)

        records.detach(index, user = 1) shouldBe true
        records.isUsed(index) shouldBe true
        records.attach(index, records.generation(index), user = 2) shouldBe false
        records.finish(index)

        records.isUsed(index) shouldBe false
    }

    test("a record that is used again is all zero") {
        val records = records()
        val index = records.allocateFresh(kind = 0, hasContents = false, user = 1)
        records.cell(index, 0).value = 42
        records.detach(index, user = 1)

        records.reuse(index, kind = 0, hasContents = false, user = 1)

        records.cell(index, 0).value shouldBe 0
    }

    test("a file has no more records than it was made for") {
        val records = records(count = 2)

        List(3) { records.allocateFresh(0, hasContents = false, user = 1) } shouldContainExactly listOf(0, 1, Records.NONE)
    }
})
