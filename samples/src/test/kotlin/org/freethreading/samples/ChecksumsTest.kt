package org.freethreading.samples

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.scopes.FunSpecContainerScope
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.PosixFilePermission.OWNER_READ
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.io.path.createDirectories
import kotlin.io.path.createSymbolicLinkPointingTo
import kotlin.io.path.getPosixFilePermissions
import kotlin.io.path.isReadable
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.setPosixFilePermissions
import kotlin.io.path.writeBytes
import kotlin.io.path.writeText
import kotlin.text.Charsets.ISO_8859_1
import kotlin.time.Duration.Companion.seconds

class ChecksumsTest :
    FunSpec({
        timeout = 180_000

        twins.forEach { twin ->
            context("the checksums in ${twin.language}") {
                for (backend in backends) {
                    test("are what sha256sum prints and accepts, on $backend").config(enabled = hasSha256sum) {
                        val folder = Scratch.newFolder()
                        oddFiles(folder)

                        val ending = run(java(twin.program, "--backend", backend, "--workers", "3", "odd"), folder)

                        ending shouldBe run(listOf("sh", "-c", FIND_AND_SUM), folder)
                        val sums = folder.resolve("sums").apply { writeBytes(ending.out.toByteArray(ISO_8859_1)) }
                        val check = run(listOf("sha256sum", "--strict", "--quiet", "--check", sums.toString()), folder)
                        check shouldBe Ending(0, "", "")
                    }
                }

                test("are the same in a locale that knows no letter of some names") {
                    val folder = Scratch.newFolder()
                    oddFiles(folder)

                    val inAscii = run(java(twin.program, "odd"), folder, environment = mapOf("LC_ALL" to "C"))

                    inAscii shouldBe run(java(twin.program, "odd"), folder, environment = mapOf("LC_ALL" to "C.UTF-8"))
                    inAscii.out.lines().size shouldBeGreaterThan 10
                }

                test("are those of many files, in order") {
                    val folder = Scratch.newFolder()
                    val names = List(3000) { folder.resolve("$it").apply { writeText("") }.toString() }

                    val ending = twin.run("$folder")

                    ending shouldBe Ending(0, names.sorted().joinToString("") { "$SUM_OF_NOTHING  $it\n" }, "")
                }

                test("are those of the running Java if no folder is given") {
                    val ending = run(java(twin.program))

                    ending.exitCode shouldBe 0
                    ending.out shouldContain Path.of(System.getProperty("java.home"), "release").toString()
                }

                test("are none of an empty folder") {
                    twin.run("${Scratch.newFolder()}") shouldBe Ending(0, "", "")
                }

                test("go on after what cannot be read, which is reported").config(enabled = !isRoot) {
                    val folder = Scratch.newFolder()
                    folder.resolve("a").writeText("")
                    folder.resolve("b").apply { writeText("") }.setPosixFilePermissions(emptySet())
                    folder.resolve("c").writeText("")
                    val closed = folder.resolve("d").createDirectories().setPosixFilePermissions(emptySet())

                    val ending = try {
                        twin.run("$folder")
                    } finally {
                        closed.setPosixFilePermissions(setOf(OWNER_READ)) // else it could not be removed
                    }

                    val sums = "$SUM_OF_NOTHING  $folder/a\n$SUM_OF_NOTHING  $folder/c\n"
                    val reports = "checksums: $folder/d: permission denied\nchecksums: $folder/b: permission denied\n"
                    ending shouldBe Ending(1, sums, reports)
                }

                unreadableInProc?.let { file ->
                    test("go on after a file that nobody can read, which is reported") {
                        val ending = run(java(twin.program, "${file.parent}"))

                        ending.exitCode shouldBe 1
                        ending.err shouldContain "checksums: $file: permission denied\n"
                        ending.out.lines().size shouldBeGreaterThan 1
                    }
                }

                refusals(twin)
                ends(twin)
            }
        }
    })

private suspend fun FunSpecContainerScope.refusals(twin: Twin) {
    suspend fun refuses(what: String, vararg args: String, message: String) = test("are refused for $what") {
        twin.run(*args) shouldBe Ending(2, "", "checksums: $message\n")
    }

    refuses("a folder that is not there", "/no/such/folder", message = "/no/such/folder: no such folder")
    refuses("a file", "/dev/null", message = "/dev/null: not a folder")
    refuses("no workers", "--workers", "0", message = "--workers takes 1 or more, not 0")
    refuses("workers that are no number", "--workers", "x", message = "$OPTION '--workers': 'x' is not an int")
    refuses("an unknown option", "--frobnicate", message = "Unknown option: '--frobnicate'")
    refuses("two folders", "/tmp", "/dev", message = "Unmatched argument at index 1: '/dev'")
    refuses(
        "an unknown backend",
        "--backend",
        "cluster",
        message = "$OPTION '--backend': 'cluster' is none of threads, virtual-threads, processes",
    )

    test("are refused for an unknown backend in the environment") {
        val ending = run(java(twin.program), environment = mapOf("FREETHREADING_BACKEND" to "cluster"))

        ending.exitCode shouldBe 2
        ending.out shouldBe ""
        ending.err shouldMatch "checksums: environment variable FREETHREADING_BACKEND is 'cluster', and must be .*\n"
    }

    for (backend in listOf("virtual-threads", "processes") - backends) {
        test("are refused where there are no $backend") {
            val ending = twin.run("--backend", backend)

            ending.exitCode shouldBe 2
            ending.out shouldBe ""
            ending.err.lines().size shouldBe 2
            ending.err shouldContain "use Backend.threads()"
        }
    }

    test("are explained by --help") {
        val ending = twin.run("--help")

        ending.exitCode shouldBe 0
        ending.err shouldBe ""
        for (word in listOf("[folder]", "--backend", "--workers", "--help")) ending.out shouldContain word
    }
}

private suspend fun FunSpecContainerScope.ends(twin: Twin) {
    test("report that they cannot be written").config(enabled = File("/dev/full").exists()) {
        val folder = Scratch.newFolder()
        folder.resolve("a").writeText("")

        val ending = run(java(twin.program, "$folder"), output = Path.of("/dev/full"))

        ending shouldBe Ending(1, "", "checksums: cannot write the checksums\n")
    }

    // Ctrl-C takes the same way through a JVM, unless whoever started these tests ignores it.
    test("end at once when they are stopped").config(enabled = File("/proc/self/fd").exists()) {
        val endless = Scratch.newFolder().resolve("endless")
        RandomAccessFile(endless.toFile(), "rw").use { it.setLength(1L shl 40) }
        val process = ProcessBuilder(java(twin.program, "${endless.parent}")).start()
        try {
            eventually(60.seconds) {
                val open = Path.of("/proc/${process.pid()}/fd").listDirectoryEntries()
                withClue(open) { open.any { it.pointsTo(endless) } shouldBe true }
            }

            process.destroy()

            process.waitFor(5, SECONDS) shouldBe true
            process.exitValue() shouldBe 128 + 15
        } finally {
            process.destroyForcibly()
        }
    }
}

private val twins = listOf(
    Twin("Kotlin", "Checksums", ::ChecksumsCommand),
    Twin("Java", "JavaChecksums", ::JavaChecksums),
)

private const val FIND_AND_SUM = "find odd -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum"

private const val SUM_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/** Root reads all files, whatever their permissions. */
private val isRoot = System.getProperty("user.name") == "root"

private val hasSha256sum = try {
    ProcessBuilder("sha256sum", "--version").start().waitFor() == 0
} catch (_: IOException) {
    false
}

/** Makes the folder `odd` with files whose names are hard to write down, and what is not to be followed. */
private fun oddFiles(parent: Path) {
    val folder = parent.resolve("odd").createDirectories()
    val encodedNames = listOf(
        "plain", ".hidden", "-dash", "a%20b", "back%5Cslash", "new%0Aline", "return%0Dhere", "%C3%BC",
        "%E6%97%A5%E6%9C%AC", "%FF%FE", "plus+%2541", "sub-/x", "sub/x", "sub/deeper/y",
    )
    for (name in encodedNames) {
        val file = Path.of(URI("${folder.toUri()}$name")) // not URI.resolve: to a path, its result is text
        file.parent.createDirectories()
        file.writeText("this is $name")
    }
    folder.resolve("empty").writeText("")
    folder.resolve("large").writeBytes(ByteArray(3_000_000) { it.toByte() })
    folder.resolve("empty folder").createDirectories()
    folder.resolve("link").createSymbolicLinkPointingTo(Path.of("plain"))
    folder.resolve("dangling").createSymbolicLinkPointingTo(Path.of("nowhere"))
    folder.resolve("circle").createSymbolicLinkPointingTo(Path.of("."))
}

/** A file that not even root can read, among others that it can. */
private val unreadableInProc: Path? = listOf("/proc/sys/net/ipv4/route", "/proc/sys/vm").map(Path::of)
    .filter { it.isReadable() }
    .flatMap { it.listDirectoryEntries() }
    .firstOrNull { OWNER_READ !in it.getPosixFilePermissions() }

private fun Path.pointsTo(file: Path) = try {
    Files.isSymbolicLink(this) && Files.readSymbolicLink(this) == file.toRealPath()
} catch (_: IOException) {
    false // closed meanwhile
}
