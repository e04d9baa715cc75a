package org.freethreading.memory

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe

class BellRowTest : FunSpec({
    fun row() = PeerTable.unshared().rowOf(target = 2, ringer = 1)

    fun BellRow.taken() = buildList { add(take { add(it) }) }

    test("only the first of several has to be rung for, until the other one looks") {
        val row = row()

        row.post(5) shouldBe true
        row.post(6) shouldBe false
        row.taken() shouldContainExactly listOf(5L, 6L, false)
        row.post(7) shouldBe true
        row.taken() shouldContainExactly listOf(7L, false)
        row.taken() shouldContainExactly listOf(false)
    }

    test("more than there is room for means all") {
        val row = row()

        repeat(20) { row.post(it + 1L) shouldBe (it == 0) }

        row.taken().last() shouldBe true
        row.postAll() shouldBe true
        row.taken() shouldContainExactly listOf(true)
    }
})
