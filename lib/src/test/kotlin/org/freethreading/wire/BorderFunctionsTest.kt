package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.NotShippableException
import org.freethreading.WorkerFunction
import java.lang.invoke.SerializedLambda
import java.net.Socket

private const val REPORT = "org.freethreading.wire.Report"
private const val SHARE = "Capture a val, or share it: a SharedInt, SharedLong, SharedDouble or Queue is the same for all workers"

class BorderFunctionsTest : FunSpec({
    timeout = 20_000

    val report = Report(null)

    test("lets functions through that capture what travels") {
        val functions =
            listOf(
                report.run("text"),
                report.run(listOf(Point(1.0, 2.0), Customer("Ada", null))),
                report.runSam(mapOf("key" to Point(1.0, 2.0))),
                report.runAnnotated("text"),
                report.runObject("text"),
                report.runSelfContained(),
                report.runNumbers(1, "text", Colour.GREEN),
                Report::load,
                ::refusal,
                WorkerFunction(String::length),
                JavaTasks.capturingNothing(),
                JavaTasks.capturingNumber(7),
                JavaTasks.capturing("text"),
                JavaTasks("state").capturingThis(),
                JavaTasks.unboundReference(),
                JavaTasks.boundReference("text"),
                JavaTasks.comparator("text"),
                JavaTasks.Job(listOf("text")),
            )

        // More than once, since the first time fills what is known of their classes.
        repeat(3) { functions.forEach(Border()::checkFunction) }
    }

    test("names what a suspending lambda captured") {
        refusalOfFunction(report.run(Socket())) shouldBe
            "lambda in Report.run captured 'connection' ($SOCKET): not serialisable. $OPEN_INSIDE"
        refusalOfFunction(report.runDeep(Order(Customer("Ada", Socket())))) shouldBe
            "lambda in Report.runDeep captured 'order'.customer.socket ($SOCKET): not serialisable. $OPEN_INSIDE"
    }

    test("names the object whose field the lambda uses as 'this'") {
        val remedy =
            "Copy what is needed of it into local variables and capture those. " +
                "Make Report java.io.Serializable or @Serializable, or create it inside the task"

        refusalOfFunction(report.runThis()) shouldBe "lambda in Report.runThis captured 'this' ($REPORT): not serialisable. $remedy"
        refusalOfFunction(report.runSamThis()) shouldBe "lambda in Report.runSamThis captured 'this' ($REPORT): not serialisable. $remedy"
        refusalOfFunction(report.InnerJob()) shouldBe "function Report.InnerJob captured 'this' ($REPORT): not serialisable. $remedy"
    }

    test("names what a Kotlin lambda of a functional interface captured") {
        val captured = "captured 'connection' ($SOCKET): not serialisable. $OPEN_INSIDE"

        refusalOfFunction(report.runSam(Socket())) shouldBe "lambda in Report.runSam $captured"
        refusalOfFunction(report.runSamNested(Socket())) shouldBe "lambda in Report.runSamNested $captured"
        refusalOfFunction(report.runAnnotated(Socket())) shouldBe "lambda in Report.runAnnotated $captured"
        refusalOfFunction(report.runObject(Socket())) shouldBe "object in Report.runObject $captured"
    }

    test("names the method around a lambda in a lambda") {
        val inner = report.runSamInSuspending(Socket())()

        refusalOfFunction(inner) shouldStartWith "lambda in Report.runSamInSuspending captured 'connection' ($SOCKET): not serialisable."
    }

    test("names where a lambda is: companion, top level, extension, suspending function") {
        val captured = "captured 'connection' ($SOCKET): not serialisable. $OPEN_INSIDE"

        refusalOfFunction(Report.start(Socket())) shouldBe "lambda in Report.Companion.start $captured"
        refusalOfFunction(runTopLevel(Socket())) shouldBe "lambda in ReportKt.runTopLevel $captured"
        refusalOfFunction(runInSuspending(Socket())) shouldBe "lambda in ReportKt.runInSuspending $captured"
        refusalOfFunction(Report.property) shouldStartWith "lambda in Report captured 'socket' ($SOCKET): not serialisable."
        refusalOfFunction(with(report) { "text".runInExtension() }) shouldStartWith
            "lambda in Report.runInExtension captured 'this' ($REPORT): not serialisable."
        refusalOfFunction(report.runAdapted(Socket())) shouldStartWith "lambda in Report.runAdapted captured 'receiver' ($SOCKET)"
    }

    test("counts what a lambda captured where there is no debug information") {
        val lambda = dissect(JavaTasks.capturingAfterWideOnes(1, 2.0, "text")).resolved as SerializedLambda
        val withoutClasses = object : ClassLoader(null) {}

        capturedNames(lambda, withoutClasses) shouldBe listOf("argument 1", "argument 2", "argument 3")
        capturedNames(lambda, JavaTasks::class.java.classLoader) shouldBe listOf("first", "second", "connection")
    }

    test("names what a Java lambda captured") {
        val captured = "captured 'connection' ($SOCKET): not serialisable. $OPEN_INSIDE"

        refusalOfFunction(JavaTasks.capturing(Socket())) shouldBe "lambda in JavaTasks.capturing $captured"
        refusalOfFunction(JavaTasks.capturingAfterWideOnes(1, 2.0, Socket())) shouldBe
            "lambda in JavaTasks.capturingAfterWideOnes $captured"
        refusalOfFunction(JavaTasks("").capturingThisAnd(Socket())) shouldBe "lambda in JavaTasks.capturingThisAnd $captured"
        refusalOfFunction(JavaTasks.inLambda(Socket())) shouldBe "lambda in JavaTasks.inLambda $captured"
        refusalOfFunction(JavaTasks.InConstructor(Socket()).task) shouldBe "lambda in JavaTasks.InConstructor $captured"
        refusalOfFunction(JavaTasks(Holder(Socket())).capturingThis()) shouldStartWith
            "lambda in JavaTasks.capturingThis captured 'this'.state.held ($SOCKET): not serialisable."
    }

    test("finds what a lambda captured that a lambda of the JDK captured") {
        refusalOfFunction(JavaTasks.comparator(Socket())) shouldEndWith
            "captured 'connection' ($SOCKET): not serialisable. $OPEN_INSIDE"
    }

    test("names the receiver of a bound reference") {
        val socket = Socket()
        val captured = "captured 'receiver' ($SOCKET): not serialisable. $OPEN_INSIDE"

        refusalOfFunction(socket::equals) shouldBe "function reference Socket::equals $captured"
        refusalOfFunction(report.runSamOfReference(socket)) shouldBe "function reference Socket::equals $captured"
        refusalOfFunction(JavaTasks.boundReference(socket)) shouldBe "function reference Object::toString $captured"
        refusalOfFunction(report::load) shouldStartWith "function reference Report::load captured 'receiver' ($REPORT): not serialisable."
    }

    test("names the fields of a task with a class of its own") {
        refusalOfFunction(Report.Job(Socket())) shouldBe "function Report.Job.socket ($SOCKET): not serialisable. $OPEN_INSIDE"
        refusalOfFunction(JavaTasks.Job(listOf("text", Socket()))) shouldBe
            "function JavaTasks.Job.connections[1] ($SOCKET): not serialisable. $OPEN_INSIDE"
        refusalOfFunction(JavaTasks.anonymous(Socket())) shouldBe
            "object in JavaTasks.anonymous captured 'connection' ($SOCKET): not serialisable. $OPEN_INSIDE"
    }

    test("tells to annotate a plain Kotlin lambda") {
        val remedy = "not serialisable. Write @JvmSerializableLambda before the lambda, or make it a suspending one"

        refusalOfFunction(report.runPlain()) shouldBe "lambda in Report (kotlin.jvm.functions.Function0): $remedy"
        refusalOfFunction(report.runCapturingPlain()) shouldBe
            "lambda in Report.runCapturingPlain captured 'action' (kotlin.jvm.functions.Function0): $remedy"
    }

    test("tells to use another interface for a plain Java lambda") {
        val remedy =
            "not serialisable. Type it as a functional interface that is java.io.Serializable, such as WorkerRunnable or WorkerFunction"

        refusalOfFunction(JavaTasks.capturingPlainLambda()) shouldBe
            "lambda in JavaTasks.capturingPlainLambda captured 'action' (java.lang.Runnable): $remedy"
        refusalOfFunction(JavaTasks.InConstructor("").plain) shouldBe
            "lambda in JavaTasks.InConstructor (java.util.function.Supplier): $remedy"
    }

    test("refuses a captured var, though it is serialisable") {
        val reason = "a captured var would be copied silently, and changes to it lost"

        refusalOfFunction(report.runVar()) shouldBe
            "lambda in Report.runVar captured 'counter' (kotlin.jvm.internal.Ref\$IntRef): $reason. $SHARE"
        refusalOfFunction(report.runVarInSam()) shouldBe
            "lambda in Report.runVarInSam captured 'text' (kotlin.jvm.internal.Ref\$ObjectRef): $reason. $SHARE"
    }

    test("tells path, reason and remedy apart") {
        val refused = shouldThrow<NotShippableException> { Border().checkFunction(report.run(Socket())) }

        refused.path shouldBe "lambda in Report.run captured 'connection' ($SOCKET)"
        refused.reason shouldBe "not serialisable"
        refused.remedy shouldBe OPEN_INSIDE
    }

    test("lets functions through without a codec, which knows values only") {
        Border(StringCodec).checkFunction(report.run(Customer("Ada", null)))
        Border().withCodec(StringCodec).checkFunction(report.run(1))
    }

    test("knows which functions need no look at what they hold") {
        fun isSelfContained(function: Any) = SelfContained.contains(function)

        isSelfContained(report.runSelfContained()) shouldBe true
        isSelfContained(report.runNumbers(1, "text", Colour.RED)) shouldBe true
        isSelfContained(Report::load) shouldBe true
        isSelfContained(JavaTasks.capturingNothing()) shouldBe true
        isSelfContained(JavaTasks.capturingNumber(7)) shouldBe true
        isSelfContained(JavaTasks.unboundReference()) shouldBe true
        isSelfContained(JavaTasks.capturing("text")) shouldBe false
        isSelfContained(report::load) shouldBe false
        isSelfContained(report.run("text")) shouldBe false
        isSelfContained(report.runPlain()) shouldBe false
    }
})
