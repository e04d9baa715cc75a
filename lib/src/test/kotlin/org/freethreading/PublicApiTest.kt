package org.freethreading

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.validation.api.dump
import kotlinx.validation.api.filterOutNonPublic
import kotlinx.validation.api.loadApiFromJvmClasses
import java.io.File

class PublicApiTest : FunSpec({
    test("the public API is the one in api/lib.api") {
        val expected = File("api/lib.api")

        val actual = publicApi(File("target/classes"))
        if (System.getProperty("api.update") != null) expected.writeText(actual)

        withClue("The public API has changed. If that is meant: mvn verify -Dapi.update, and commit lib/api/lib.api") {
            actual shouldBe expected.readText()
        }
    }
})

private fun publicApi(classes: File): String {
    val streams = classes.walk().filter { it.extension == "class" }.sorted().map { it.inputStream() }
    return buildString { streams.loadApiFromJvmClasses().filterOutNonPublic().dump(to = this) }
}
