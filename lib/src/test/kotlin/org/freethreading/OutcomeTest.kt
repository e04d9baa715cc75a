package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.util.Optional

class OutcomeTest : FunSpec({
    test("a success has an index, a result and no failure") {
        val outcome = Outcome.success(3, "result")

        outcome.index() shouldBe 3
        outcome.isSuccess shouldBe true
        outcome.get() shouldBe "result"
        outcome.failure() shouldBe Optional.empty()
        outcome.toString() shouldBe "Outcome(3: result)"
    }

    test("a success may be null") {
        Outcome.success(0, null).get() shouldBe null
        Outcome.success(0, null).isSuccess shouldBe true
    }

    test("a failure throws what the task threw, itself") {
        val thrown = IOException("no disk")
        val outcome = Outcome.failure(7, thrown)

        outcome.index() shouldBe 7
        outcome.isSuccess shouldBe false
        shouldThrow<IOException> { outcome.get() } shouldBeSameInstanceAs thrown
        outcome.failure().get() shouldBeSameInstanceAs thrown
        outcome.toString() shouldBe "Outcome(7: failed: java.io.IOException: no disk)"
    }

    test("it serialises") {
        val bytes = ByteArrayOutputStream()
        ObjectOutputStream(bytes).writeObject(Outcome.success(3, "result"))
        val copy = ObjectInputStream(ByteArrayInputStream(bytes.toByteArray())).readObject() as Outcome<*>

        copy.index() shouldBe 3
        copy.get() shouldBe "result"
    }
})
