package org.freethreading.samples

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import org.freethreading.NotShippableException
import org.freethreading.samples.refused.Report
import java.io.File
import java.net.Socket

/** What the README shows is a file that is compiled and tested. */
class ReadmeTest :
    FunSpec({
        timeout = 10_000

        val readme = File("../README.md").readText()

        for ((language, files) in listOf("kotlin" to listOf("Hello.kt"), "java" to listOf("JavaHello.java", "JavaContained.java"))) {
            test("the programs in $language are $files, as far as they are shown") {
                val blocks = Regex("```$language\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(readme).toList()

                blocks.size shouldBe files.size
                for ((block, file) in blocks zip files) {
                    File("src/main/$language/org/freethreading/samples/$file").readText() shouldContain block.groupValues[1]
                }
            }
        }

        test("the message of strict mode is the one that a refusal has") {
            val refusal = shouldThrow<NotShippableException> { Report().run(Socket()) }

            readme shouldContain "```\n${refusal.message}\n```"
        }
    })
