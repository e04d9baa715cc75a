package org.freethreading

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.throwable.shouldHaveMessage
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.nio.file.Path
import java.util.concurrent.TimeUnit

class BackendTest : FunSpec({
    timeout = 60_000

    test("the default backend is threads") {
        withProperty("freethreading.backend", null) {
            Backend.current() shouldBe Backend.threads()
            Backend.current().name() shouldBe "threads"
            Backend.current().toString() shouldBe "threads"
        }
    }

    test("the default backend is that of the system property") {
        withProperty("freethreading.backend", "threads") { Backend.current() shouldBe Backend.threads() }
    }

    test("a default backend that there is not is refused with the list of those that there are") {
        withProperty("freethreading.backend", "thread") {
            shouldThrow<IllegalArgumentException> { Backend.current() } shouldHaveMessage
                "system property freethreading.backend is 'thread', and must be one of threads, virtual-threads, processes"
        }
    }

    test("processes are made by their options, and are the default if the property says so") {
        Backend.processes().name() shouldBe "processes"
        Backend.processes() shouldBe Backend.processes(ProcessOptions.builder().build())
        Backend.processes { maxHeap = "64m" } shouldNotBe Backend.processes()
        withProperty("freethreading.backend", "processes") { Backend.current() shouldBe Backend.processes() }
    }

    val java = Runtime.version().feature()

    test("virtual threads need Java 21, and say so before").config(enabled = java < 21) {
        val message = "virtual threads need Java 21 or newer, and this is Java $java: use Backend.threads()"

        shouldThrow<UnsupportedOperationException> { Backend.virtualThreads() } shouldHaveMessage message
        withProperty("freethreading.backend", "virtual-threads") {
            shouldThrow<UnsupportedOperationException> { Backend.current() } shouldHaveMessage message
        }
    }

    test("virtual threads are there from Java 21 on").config(enabled = java >= 21) {
        Backend.virtualThreads().name() shouldBe "virtual-threads"
        withProperty("freethreading.backend", "virtual-threads") { Backend.current() shouldBe Backend.virtualThreads() }
    }

    test("the environment names the default backend when the system property does not") {
        currentInChild(emptyList(), "threads") shouldBe "threads"
        currentInChild(listOf("-Dfreethreading.backend=threads"), "nonsense") shouldBe "threads"
        currentInChild(emptyList(), "nonsense") shouldBe
            "environment variable FREETHREADING_BACKEND is 'nonsense', and must be one of threads, virtual-threads, processes"
    }

    test("backends of the same kind and settings are equal, also after a journey") {
        Backend.threads(strict = false) shouldBe Backend.threads(strict = false)
        Backend.threads(strict = true) shouldNotBe Backend.threads(strict = false)
        Backend.threads(strict = true).hashCode() shouldBe Backend.threads(strict = true).hashCode()

        Backends.ofThreads.forEach { it.copied() shouldBe it }
        val strict = Queue<Any>(backend = Backend.threads(strict = true).copied())

        shouldThrow<NotShippableException> { strict.put(Any()) }
    }

    test("the system property freethreading.strict decides whether threads are strict") {
        withProperty("freethreading.strict", null) { Backend.threads() shouldBe Backend.threads(strict = false) }
        withProperty("freethreading.strict", "false") { Backend.threads() shouldBe Backend.threads(strict = false) }
        withProperty("freethreading.strict", "true") { Backend.threads() shouldBe Backend.threads(strict = true) }
    }

    test("primitives are made for the default backend unless one is named") {
        withProperty("freethreading.strict", "true") {
            shouldThrow<NotShippableException> { Queue<Any>().put(Any()) }
        }
        withProperty("freethreading.backend", "nonsense") {
            shouldThrow<IllegalArgumentException> { Lock() }
            Lock(Backend.threads()).tryLock() shouldBe true
        }
    }
})

private inline fun withProperty(name: String, value: String?, block: () -> Unit) {
    val before = setProperty(name, value)
    try {
        block()
    } finally {
        setProperty(name, before)
    }
}

private fun setProperty(name: String, value: String?) = if (value == null) System.clearProperty(name) else System.setProperty(name, value)

private fun Backend.copied(): Backend {
    val bytes = ByteArrayOutputStream().also { ObjectOutputStream(it).writeObject(this) }.toByteArray()
    return ObjectInputStream(ByteArrayInputStream(bytes)).readObject() as Backend
}

/** What `Backend.current()` gives or says in a JVM with [environment] as `FREETHREADING_BACKEND`. */
private fun currentInChild(jvmArgs: List<String>, environment: String): String {
    val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
    val classPath = listOf(Backend::class.java, BackendTest::class.java, Unit::class.java, kotlinx.coroutines.Job::class.java)
        .map { Path.of(it.protectionDomain.codeSource.location.toURI()) }.joinToString(File.pathSeparator)
    val command = listOf(java, "-cp", classPath) + jvmArgs + PrintCurrent::class.java.name
    val process = ProcessBuilder(command).redirectErrorStream(true).apply { environment()["FREETHREADING_BACKEND"] = environment }.start()
    return process.inputStream.bufferedReader().readText().trim().also { process.waitFor(20, TimeUnit.SECONDS) }
}

internal object PrintCurrent {
    @JvmStatic
    fun main(args: Array<String>) {
        println(runCatching { Backend.current().name() }.getOrElse { it.message })
    }
}
