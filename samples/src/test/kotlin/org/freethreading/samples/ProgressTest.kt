package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldMatch
import java.io.ByteArrayOutputStream
import java.io.PrintStream

class ProgressTest :
    FunSpec({
        timeout = 20_000

        test("moves on a terminal, and goes away for what stays") {
            val err = ByteArrayOutputStream()
            val progress = Progress(PrintStream(err), 4, isShown = true)

            while (err.size() == 0) progress.step()
            progress.say("trouble")
            progress.end()

            err.toString() shouldMatch "\r\\d+ of 4 files, \\d+%\r\u001b\\[Ktrouble\n\r\u001b\\[K"
        }

        test("is not there where there is no terminal") {
            val err = ByteArrayOutputStream()
            val progress = Progress(PrintStream(err), 4, isShown = false)

            repeat(4) { progress.step() }
            progress.say("trouble")
            progress.end()

            err.toString() shouldBe "trouble\n"
        }
    })
