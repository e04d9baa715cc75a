package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import java.io.RandomAccessFile
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE
import java.nio.file.attribute.FileTime
import java.nio.file.attribute.PosixFilePermissions
import java.time.Duration
import java.time.Instant
import java.util.concurrent.TimeUnit
import kotlin.io.path.createDirectory
import kotlin.io.path.createFile
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import kotlin.io.path.setLastModifiedTime
import kotlin.io.path.setPosixFilePermissions
import kotlin.io.path.writeText
import kotlin.time.Duration.Companion.seconds

class StartCacheTest : FunSpec({
    timeout = 120_000

    val format = StartCacheFormat.own
    val jars = Compiled.library

    fun site(jars: List<Path> = Compiled.library, jvmArgs: List<String> = listOf(), java: Path = format.java) =
        LaunchSite(java, jvmArgs, jars, jars + listOf(Compiled.directory()), listOf(), listOf(), null)

    // Made once, as it takes a while; the tests work with copies.
    val original = Compiled.directory()
    beforeSpec { StartCache(original).build(site()) shouldBe true }

    fun copy(): Path = Compiled.directory().also { home ->
        original.listDirectoryEntries().forEach { Files.copy(it, home.resolve(it.fileName)) }
    }

    fun caches(home: Path) = home.listDirectoryEntries("*${format.suffix}")

    /** What a JVM prints that starts with [options]. */
    fun java(options: List<String>): Pair<Int, String> {
        val classPath = listOf("-cp", Compiled.path(jars + listOf(Compiled.directory())))
        val process = ProcessBuilder(listOf("${format.java}", "-XX:+UseSerialGC") + options + classPath + "-version")
            .redirectErrorStream(true).start()
        val text = process.inputStream.reader().readText()
        return (if (process.waitFor(60, TimeUnit.SECONDS)) process.exitValue() else -1) to text
    }

    test("a cache is made, and nothing else is left") {
        original.listDirectoryEntries().map { it.name.substringAfterLast('.') }.sorted() shouldBe
            listOf(format.suffix.drop(1), "lock").sorted()
        val (code, text) = java(format.insist(caches(original).single()))
        code shouldBe 0
        text shouldContain "sharing"
    }

    test("a child starts with it, in silence") {
        val flags = StartCache(original).flags(site())

        flags.first() shouldContain "${caches(original).single()}"
        val (code, text) = java(listOf("-Xlog:disable", "-Xlog:all=warning:stderr") + flags)
        code shouldBe 0
        text.lines().filter { "[" in it }.shouldBeEmpty()
    }

    test("a child whose class path is another one starts all the same, in silence") {
        val flags = listOf("-Xlog:disable", "-Xlog:all=warning:stderr") + StartCache(original).flags(site())
        val process = ProcessBuilder(listOf("${format.java}") + flags + listOf("-cp", Compiled.path(jars.reversed()), "-version"))
            .redirectErrorStream(true).start()

        process.inputStream.reader().readLines().filter { "[" in it }.shouldBeEmpty()
        process.waitFor() shouldBe 0
    }

    test("a file that was cut short is not used, and removed") {
        val home = copy()
        RandomAccessFile(caches(home).single().toFile().apply { setWritable(true) }, "rw").use { it.setLength(it.length() / 2) }

        StartCache(home).flags(site()).shouldBeEmpty()
        caches(home).shouldBeEmpty()
    }

    test("a file in which something has changed is not used, and removed") {
        val home = copy()
        RandomAccessFile(caches(home).single().toFile().apply { setWritable(true) }, "rw").use {
            it.seek(it.length() / 2)
            it.writeLong(it.length() xor 0x5555)
        }

        StartCache(home).flags(site()).shouldBeEmpty()
        caches(home).shouldBeEmpty()
    }

    test("a cache that is removed while the program runs is not missed") {
        val home = copy()
        val cache = StartCache(home)
        cache.flags(site()) shouldNotBe listOf<String>()
        caches(home).forEach { Files.delete(it) }

        cache.flags(site()).shouldBeEmpty()
    }

    test("a jar that has changed has another cache") {
        val jar = Files.copy(jars.first(), Compiled.directory().resolve("library.jar"))
        val cache = StartCache(original)
        val before = cache.keyOf(site(listOf(jar)))
        jar.setLastModifiedTime(FileTime.from(Instant.now() - Duration.ofDays(1)))

        StartCache(original).keyOf(site(listOf(jar))) shouldNotBe before
        cache.keyOf(site(listOf(jar) + jars)) shouldNotBe before
    }

    test("there is none without a place, without jars, for another java, or where the user has one of his own") {
        StartCache(null).keyOf(site()) shouldBe null
        StartCache(original).keyOf(site(listOf())) shouldBe null
        StartCache(original).keyOf(site(java = Path.of("/other/java"))) shouldBe null
        StartCache(original).flags(site(jvmArgs = listOf("-Xshare:off"))).shouldBeEmpty()
        StartCache(original).flags(site(jvmArgs = listOf("-Xss2m"))) shouldHaveSize StartCache(original).flags(site()).size
    }

    test("while one program makes a cache, another one goes without") {
        val home = Compiled.directory()
        FileChannel.open(home.resolve("lock"), CREATE, WRITE).use { file ->
            file.lock()
            StartCache(home).build(site()) shouldBe false
        }
        caches(home).shouldBeEmpty()
    }

    test("what cannot be made is not tried again, and leaves nothing but a note") {
        val home = Compiled.directory()
        val empty = listOf(Compiled.jar(home.resolve("empty.jar"), listOf()))

        StartCacheBuilder(home, format).build("key", empty) shouldBe false
        home.listDirectoryEntries().map { it.name }.sorted() shouldBe listOf("empty.jar", "key.failed", "lock")
        StartCacheFile.hasFailed(home, "key") shouldBe true
        StartCacheFile.hasFailed(home, "other") shouldBe false
    }

    test("is made in the background, once") {
        val home = copy()
        val cache = StartCache(home)
        cache.prepare(site())
        cache.prepare(site())

        eventually(10.seconds) { Thread.getAllStackTraces().keys.none { it.name == "freethreading-start-cache" } shouldBe true }
        caches(home) shouldHaveSize 1
    }

    test("old files are removed, and what is new is kept") {
        val home = Compiled.directory()
        fun file(name: String, age: Duration) =
            home.resolve(name).createFile().setLastModifiedTime(FileTime.from(Instant.now() - age))
        file("a.1.1.jsa", Duration.ofDays(31))
        file("b.1.1.aot", Duration.ofDays(1))
        file("c.new", Duration.ofHours(2))
        file("c.making", Duration.ZERO)
        file("d.new", Duration.ofMinutes(1))
        file("e.failed", Duration.ofDays(8))
        repeat(12) { file("f$it.1.1.jsa", Duration.ofMinutes(it.toLong())) }

        StartCacheFile.tidy(home)

        home.listDirectoryEntries().map { it.name }.sorted() shouldBe (listOf("d.new") + List(10) { "f$it.1.1.jsa" }).sorted()
    }

    test("the setting names the directory, or switches it off") {
        val home = Compiled.directory().resolve("new")

        CacheHome.find("$home") shouldBe home.toRealPath()
        PosixFilePermissions.toString(Files.getPosixFilePermissions(home)) shouldBe "rwx------"
        CacheHome.find("off") shouldBe null
    }

    test("a directory that others may write to is not used") {
        val home = Compiled.directory().resolve("open").createDirectory()
        home.setPosixFilePermissions(PosixFilePermissions.fromString("rwxrwxrwx"))

        CacheHome.find("$home") shouldBe null
    }

    test("a place where there can be no directory is none") {
        val file = Compiled.directory().resolve("file").apply { writeText("") }

        CacheHome.find("$file") shouldBe null
        file.exists() shouldBe true
    }
})
