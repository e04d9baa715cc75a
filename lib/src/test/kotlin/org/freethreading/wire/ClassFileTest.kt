package org.freethreading.wire

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

class ClassFileTest : FunSpec({
    timeout = 20_000

    val method = "capturingAfterWideOnes"
    val descriptor = "(JDLjava/lang/Object;)Lorg/freethreading/WorkerRunnable;"

    fun bytes() = JavaTasks::class.java.getResourceAsStream("JavaTasks.class")!!.use { it.readAllBytes() }

    test("names parameters by slot, where long and double take two") {
        parameterNames(bytes().inputStream(), method, descriptor) shouldBe mapOf(0 to "first", 2 to "second", 4 to "connection")
    }

    test("knows nothing of a method that is not there") {
        parameterNames(bytes().inputStream(), method, "()V") shouldBe null
    }

    test("knows nothing of a class without debug information") {
        val stripped = bytes().decodeToString(Charsets.ISO_8859_1).replace("LocalVariableTable", "LocalVariableCable")

        parameterNames(stripped.toByteArray(Charsets.ISO_8859_1).inputStream(), method, descriptor) shouldBe null
    }

    test("survives bytes that are cut short or wrong") {
        val whole = bytes()

        for (length in whole.indices) parameterNames(whole.copyOf(length).inputStream(), method, descriptor)
        for (seed in 0 until 2_000) {
            val random = kotlin.random.Random(seed)
            val damaged = whole.copyOf().also { it[random.nextInt(it.size)] = random.nextInt().toByte() }
            parameterNames(damaged.inputStream(), method, descriptor)
        }
    }

    test("gives compiled names back as they were in the source") {
        val names = listOf("\$x", "x", "val\$x", "this\$0", "\$this_apply", "\$this\$map", "\$x\$inlined", "x\$delegate", "\$valuable")

        names.map(::capturedName) shouldBe listOf("x", "x", "x", "this", "this", "this", "x", "x", "valuable")
    }
})

private fun ByteArray.decodeToString(charset: java.nio.charset.Charset) = String(this, charset)
