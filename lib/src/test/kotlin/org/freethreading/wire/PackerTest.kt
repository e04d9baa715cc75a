package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.NotShippableException
import java.net.Socket

class PackerTest :
    FunSpec({
        timeout = 60_000

        val packer = Packer(null, noStowage)

        fun refusedByPacker(value: Any?) = refusal { packer.value(value, "item") }

        test("refuses what strict threads refuse, in the same words") {
            listOf(
                Socket(), Plain("text"), Order(Customer("Ada", Socket())), listOf(1, Socket()), mapOf("a" to Socket()), Contact(Socket()),
                Subtask("text"), ThrowingWriter(), ThrowingReplacer(), Wrapper("text"), Ring("one").also { it.next = it },
            ).forEach { refusedByPacker(it).substringBefore('@') shouldBe refusalOfItem(it).substringBefore('@') }
            listOf(Report(null).run(Socket()), Report(null).runVar(), Report(null).runPlain(), JavaTasks.capturing(Socket())).forEach {
                refusal { packer.function(it) } shouldBe refusalOfFunction(it)
            }
            refusal { Packer(StringCodec, noStowage).value(7, "argument") } shouldBe
                refusal { Border(StringCodec).checkValue(7, "argument") }
            refusal { Packer(CodecWith(Socket()), noStowage) } shouldBe refusal { Border(CodecWith(Socket())) }
        }

        test("refuses a primitive made for threads, and names the way to it") {
            val reason = "(org.freethreading.wire.ThreadLock): made for threads, so it lives in this process only. " +
                "Make it with the process backend: pass Backend.processes() where it is made"

            refusal { packer.function(Report(null).run(ThreadLock())) } shouldBe "lambda in Report.run captured 'connection' $reason"
            refusedByPacker(Holder(listOf(1, ThreadLock()))) shouldBe "item Holder.held[1] $reason"
            refusedByPacker(ThreadLock()) shouldBe "item $reason"
            refusal { packer.function(JavaTasks.capturing(ThreadLock())) } shouldBe
                "lambda in JavaTasks.capturing captured 'connection' $reason"
        }

        test("keeps on packing after a refusal") {
            shouldThrow<NotShippableException> { packer.value(Socket(), "item") }

            opener().value(packer.value(Point(1.0, 2.0), "item")) shouldBe Point(1.0, 2.0)
        }

        test("takes a codec for values only") {
            val coded = packer.withCodec(StringCodec)

            opener(StringCodec).value(coded.value("text", "item")) shouldBe "text"
            (opener().value(coded.function(JavaTasks.capturingNothing())) is org.freethreading.WorkerRunnable) shouldBe true
            (packer.withCodec(null) === packer) shouldBe true
        }

        test("knows which functions are alike, so that one parcel will do for their class") {
            val text = "text"
            listOf(
                JavaTasks.capturingNothing(), JavaTasks.unboundReference(), Report::load, Report(null).runSelfContained(), Unserialisable,
            ).forEach { isStateless(it) shouldBe true }
            listOf(
                JavaTasks.capturingNumber(7), JavaTasks.capturing(text), Report(null).runNumbers(1, text, Colour.RED), text::plus,
                Report(null)::load, Report(null).run(text), JavaTasks.boundReference(text), Report(null).runObject(text),
                Report(null).runPlain(),
            ).forEach { isStateless(it) shouldBe false }
        }
    })
