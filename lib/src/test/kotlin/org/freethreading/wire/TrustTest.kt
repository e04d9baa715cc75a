package org.freethreading.wire

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import org.freethreading.RemoteTaskException
import org.freethreading.WorkerSupplier
import java.io.ObjectInputFilter
import java.util.Collections
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.LinkedBlockingDeque
import java.util.concurrent.Semaphore
import java.util.concurrent.locks.ReentrantReadWriteLock

class TrustTest :
    FunSpec({
        timeout = 60_000

        /** Trusts what is from where the JDK is not: a class of another library stands for the task's. */
        fun foreign(vararg allow: String) = Opener(javaClass.classLoader, null, trusting(FunSpec::class.java, allow.toList()))

        fun refused(value: Any?, opener: Opener = opener(trusted = true)) =
            shouldThrow<RemoteTaskException> { opener.value(packed(value)) }.message!!

        test("refuses a class from elsewhere, and says how to accept it") {
            val message = "class org.freethreading.wire.Holder came from a worker and is not accepted. " +
                "It is no value of Java or Kotlin, nor from where the class of the task's function, or the maker of the queue, is. " +
                "Accept it with allow(\"org.freethreading.wire.Holder\") in the options of the backend of the pool, or of the queue"

            refused(Holder(1), foreign()) shouldBe message
            refused(listOf(listOf(Holder(1))), foreign()) shouldBe message
            refused(arrayOf(arrayOf(Holder(1))), foreign()) shouldBe message
            refused(Point(1.0, 2.0), foreign()) shouldContain "allow(\"org.freethreading.wire.Point\")"
            refused(listOf(Point(1.0, 2.0)), foreign()) shouldContain "allow(\"org.freethreading.wire.Point\")"
            refused(Serial, foreign()) shouldContain "allow(\"org.freethreading.wire.Serial\")"
            refused(Colour.RED, foreign()) shouldContain "allow(\"org.freethreading.wire.Colour\")"
        }

        test("accepts what a pattern allows, and no more") {
            listOf("org.freethreading.wire.Holder", "org.freethreading.wire.*", "org.freethreading.**", "org.freethreading.wire.Hold*")
                .forEach { (foreign(it).value(packed(Holder(1))) as Holder).held shouldBe 1 }

            listOf("org.freethreading.wire.Hold", "org.freethreading.*", "org.freethreading", "com.acme.**").forEach {
                refused(Holder(1), foreign(it)) shouldContain "is not accepted"
            }
        }

        test("accepts what comes from where the function does, also when ours is around it") {
            val user = WorkerSupplier { 1 }

            listOf(user, user.javaClass, Fixtures).forEach {
                val opener = Opener(javaClass.classLoader, null, if (it is Class<*>) trusting(it, listOf()) else trusting(it, listOf()))
                (opener.value(packed(Holder(1))) as Holder).held shouldBe 1
            }
        }

        test("never accepts what runs code, whatever is allowed") {
            val proxy = java.lang.reflect.Proxy.newProxyInstance(
                javaClass.classLoader,
                arrayOf(Comparable::class.java),
                Fixture { _, _, _ -> null },
            )
            listOf(JavaTasks.capturing("text"), listOf(JavaTasks.unboundReference()), JavaTasks.comparator("text")).forEach {
                refused(it, foreign("**", "java.lang.invoke.SerializedLambda")) shouldBe
                    "class java.lang.invoke.SerializedLambda came from a worker and is not accepted. " +
                    "It never is, because it could run code here: return values only"
            }
            refused(proxy, foreign("**")) shouldStartWith "class java.lang.reflect.Proxy came from a worker and is not accepted. It never is"
        }

        test("refuses serialisable classes of Java that do more than hold values") {
            listOf(
                java.net.URI("http://localhost").toURL(), Collections.nCopies(Int.MAX_VALUE, 1), java.util.EventObject(1),
                ArrayBlockingQueue<Int>(1), LinkedBlockingDeque<Int>(), Semaphore(1), ReentrantReadWriteLock(),
                javax.management.BadAttributeValueExpException("text"), javax.management.ObjectName("a:b=c"),
            ).forEach { refused(listOf(it)) shouldContain "class ${it.javaClass.name} came from a worker and is not accepted." }
        }

        test("does not initialise a class that is refused") {
            refused(Initialised(1).also { Initialised.count = 0 }, foreign()) shouldContain "Initialised"
            Initialised.count shouldBe 0
        }

        test("ends a hash bomb soon") {
            var bomb: Set<Any> = HashSet(listOf("innermost"))
            repeat(18) { bomb = hashSetOf(bomb, setOf(bomb), "$it") }
            var tower: Any = arrayListOf("x")
            repeat(9) { tower = ArrayList<Any>(Collections.nCopies(100, tower)) }

            refused(bomb) shouldContain "refused: its parts are in it too many times"
            refused(listOf(tower)) shouldContain "refused: its parts are in it too many times"
            refused(Holder(listOf(tower, tower))) shouldContain "refused: its parts are in it too many times"
        }

        test("lets values share parts") {
            val shared = List(1000) { Holder(it) }
            val holders = List(50) { Holder(shared) }

            (roundTrip(holders, trusted = true).last().held as List<*>).size shouldBe 1000
        }

        test("refuses what is nested too deep") {
            var deep: Any = Link()
            repeat(2_100) { deep = arrayOf(deep) }
            lateinit var failure: Throwable

            // On a stack that would hold it.
            val thread = Thread(null, { failure = runCatching { roundTrip(deep, trusted = true) }.exceptionOrNull()!! }, "deep", 64L shl 20)
            thread.apply { start() }.join()

            failure.message shouldBe
                "a value that came from a worker is refused: it is nested more than 2000 deep. Return it flatter, or in parts"
        }

        test("knows classes by their names in the filter, too") {
            val filter = trusting(Fixtures, emptyList())
            fun status(type: Class<*>) = filter.checkInput(info(type))

            status(IntArray::class.java) shouldBe ObjectInputFilter.Status.ALLOWED
            status(Array<Array<Holder>>::class.java) shouldBe ObjectInputFilter.Status.ALLOWED
            status(Array<FunSpec>::class.java) shouldBe ObjectInputFilter.Status.REJECTED
            status(ClassLoader::class.java) shouldBe ObjectInputFilter.Status.REJECTED
        }

        test("a large message costs no more than its size") {
            packed(List(100) { Holder(HashMap(mapOf(it to it))) }).size.toInt() shouldBeLessThan 64_000
            roundTrip(List(100) { Holder(HashMap(mapOf(it to it))) }, trusted = true).size shouldBe 100
        }
    })

private fun info(type: Class<*>) = object : ObjectInputFilter.FilterInfo {
    override fun serialClass() = type

    override fun arrayLength() = -1L

    override fun depth() = 1L

    override fun references() = 1L

    override fun streamBytes() = 1L
}

private fun interface Fixture :
    java.lang.reflect.InvocationHandler,
    java.io.Serializable

internal class Initialised(val text: Any) : java.io.Serializable {
    companion object {
        @JvmStatic
        var count = 0

        init {
            count++
        }
    }
}
