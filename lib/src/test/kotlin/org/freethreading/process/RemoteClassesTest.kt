package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeSameInstanceAs
import java.io.File
import java.lang.ref.WeakReference
import java.net.StandardProtocolFamily
import java.net.URL
import java.net.URLClassLoader
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.util.ServiceLoader
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.function.Supplier
import kotlin.io.path.createDirectories
import kotlin.io.path.readBytes
import kotlin.io.path.writeText
import kotlin.time.Duration.Companion.seconds

class RemoteClassesTest : FunSpec({
    timeout = 60_000

    val directory = Compiled.classes(
        mapOf(
            "far/Greeting.java" to """
                package far;
                public class Greeting implements java.util.function.Supplier<String> {
                    public String get() { return new Object() { public String toString() { return "hello"; } }.toString(); }
                }
            """.trimIndent(),
            "far/Maker.java" to """
                package far;
                public class Maker {
                    public static Class<?> hidden(byte[] bytes) throws Exception {
                        return java.lang.invoke.MethodHandles.lookup().defineHiddenClass(bytes, false).lookupClass();
                    }
                }
            """.trimIndent(),
        ) + (1..50).associate {
            val next = if (it < 50) "new C${it + 1}()" else "null"
            "far/C$it.java" to "package far; public class C$it { Object next = $next; }"
        },
    )
    directory.resolve("META-INF/services").createDirectories()
    directory.resolve("META-INF/services/java.util.function.Supplier").writeText("far.Greeting")
    directory.resolve("far/a note #1.txt").writeText("a note")
    directory.resolve("far/other.txt").writeText("another note")
    val owner = URLClassLoader(arrayOf<URL>(directory.toUri().toURL()), null)
    ClassServer.register(owner)

    val calls = AtomicInteger()
    val lines = ArrayList<SocketChannel>()

    /** A line whose other end is served, and which counts how often it is opened. */
    fun served(): SocketChannel {
        calls.incrementAndGet()
        val (near, far) = line()
        ClassServer.serve(far)
        return near.also(lines::add)
    }

    /** A child that finds nothing but the JDK by itself. */
    fun child() = RemoteClasses(ClassLoader.getPlatformClassLoader(), ::served)

    afterSpec { lines.forEach { it.close() } }

    test("a class that the child does not have comes from the parent") {
        val type = child().loadClass("far.Greeting")

        (type.getDeclaredConstructor().newInstance() as Supplier<*>).get() shouldBe "hello"
        type.getPackage().name shouldBe "far"
        type.protectionDomain.codeSource.location.protocol shouldBe "freethreading"
        type shouldNotBe owner.loadClass("far.Greeting")
    }

    test("a class that the child has is its own, and nobody is asked") {
        val before = calls.get()

        child().loadClass("java.util.ArrayList") shouldBeSameInstanceAs ArrayList::class.java
        calls.get() shouldBe before
    }

    test("many threads load classes at once, each of them once") {
        val child = child()
        val threads = Executors.newFixedThreadPool(8)
        val types = (1..400).map { n -> threads.submit<Class<*>> { Class.forName("far.C${n % 50 + 1}", true, child) } }
            .map { it.get(30, TimeUnit.SECONDS) }
        threads.shutdown()

        types.toSet() shouldHaveSize 50
        types.forEach { it.getDeclaredConstructor().newInstance() }
    }

    test("loads classes in several threads at once") {
        child().isRegisteredAsParallelCapable shouldBe true
    }

    test("an interrupted thread loads classes all the same, and stays interrupted") {
        val child = child()
        Thread.currentThread().interrupt()
        val type = child.loadClass("far.Greeting")
        val wasInterrupted = Thread.interrupted()

        type.name shouldBe "far.Greeting"
        wasInterrupted shouldBe true
        child.loadClass("far.C1").name shouldBe "far.C1" // the line is still there
    }

    test("resources come from the parent, whatever their name") {
        val child = child()

        child.getResourceAsStream("far/a note #1.txt")!!.use { it.reader().readText() } shouldBe "a note"
        val url = child.getResource("far/a note #1.txt")!!
        url.readText() shouldBe "a note"
        url.openConnection().contentLengthLong shouldBe 6
        URL(url, "other.txt").readText() shouldBe "another note"
        child.getResources("far/other.txt").toList().map { it.readText() } shouldBe listOf("another note")
    }

    test("services of the parent are found") {
        ServiceLoader.load(Supplier::class.java, child()).map { it.get() } shouldBe listOf("hello")
    }

    test("a resource that both have is there once") {
        val both = RemoteClasses(URLClassLoader(arrayOf<URL>(directory.toUri().toURL()), null), ::served)

        both.getResources("far/other.txt").toList().map { it.protocol } shouldBe listOf("file")
    }

    test("what nobody has is an error that says where it was looked for") {
        val failure = shouldThrow<ClassNotFoundException> { child().loadClass("far.Nowhere") }

        failure.message shouldBe "far.Nowhere: it is not on the class path of this worker process, and the program that " +
            "started it has no class file of that name either. A class made while the program runs has none"
        child().getResource("far/nowhere.txt") shouldBe null
        child().getResources("far/nowhere.txt").toList().shouldBeEmpty()
    }

    test("a class made while the program runs has no class file") {
        val bytes = directory.resolve("far/C50.class").readBytes()
        val hidden = owner.loadClass("far.Maker").getMethod("hidden", ByteArray::class.java).invoke(null, bytes) as Class<*>

        shouldThrow<ClassNotFoundException> { child().loadClass(hidden.name) }.message shouldStartWith hidden.name
    }

    test("what was missing is asked for again when something new has arrived") {
        val child = child()
        val late = directory.resolve("far/late.txt")
        child.getResource("far/late.txt") shouldBe null
        late.writeText("late")

        child.getResource("far/late.txt") shouldBe null // remembered
        child.forgetMissing()
        child.getResource("far/late.txt")!!.readText() shouldBe "late"
    }

    test("files outside of the parent's class loaders are not served") {
        val secret = directory.parent.resolve("${directory.fileName}-secret").apply { writeText("secret") }
        try {
            listOf("../${secret.fileName}", "far/../../${secret.fileName}", "$secret", "/$secret").forEach {
                child().getResource(it) shouldBe null
            }
        } finally {
            secret.toFile().delete()
        }
    }

    test("a class loader that fails is an error of that class alone") {
        val bad = object : ClassLoader(null) {
            override fun findResource(name: String): URL? = if (name == "far/Bad.class") error("out of order") else null
        }
        ClassServer.register(bad)
        val child = child()

        val failure = shouldThrow<ClassNotFoundException> { child.loadClass("far.Bad") }
        failure.cause!!.message shouldBe
            "the program's class loader fails for far/Bad.class: java.lang.IllegalStateException: out of order"
        child.loadClass("far.C1").name shouldBe "far.C1"
    }

    test("a parent that is gone is an error, for those who wait and for those who come later") {
        val (near, far) = line()
        val child = RemoteClasses(ClassLoader.getPlatformClassLoader()) { near }
        val waiting = CompletableFuture.supplyAsync { runCatching { child.loadClass("far.C1") }.exceptionOrNull() }
        far.read(java.nio.ByteBuffer.allocate(1)) // it has asked
        far.close()

        val message = "far.C1, which the program that started this process was asked for"
        waiting.get(10, TimeUnit.SECONDS)!!.message shouldBe message
        shouldThrow<ClassNotFoundException> { child.loadClass("far.C1") }.message shouldBe message
    }

    test("class loaders are not kept from being collected") {
        fun registered() = WeakReference(URLClassLoader(arrayOf<URL>(), null).also(ClassServer::register))
        val loader = registered()

        eventually(10.seconds) {
            System.gc()
            loader.get() shouldBe null
        }
    }
})

/** The two ends of a socket. */
private fun line(): Pair<SocketChannel, SocketChannel> {
    val server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(null)
    val address = server.localAddress as java.net.UnixDomainSocketAddress
    return server.use {
        val near = SocketChannel.open(address)
        near to it.accept()
    }.also { File("$address").delete() }
}
