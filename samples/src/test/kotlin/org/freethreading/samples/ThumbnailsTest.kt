package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.core.spec.style.scopes.FunSpecContainerScope
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Dispatchers.IO
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import java.io.File
import java.io.IOException
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import java.util.UUID
import kotlin.io.path.createDirectories
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readBytes
import kotlin.io.path.walk
import kotlin.io.path.writeText
import kotlin.text.RegexOption.DOT_MATCHES_ALL

class ThumbnailsTest :
    FunSpec({
        timeout = 120_000

        twins.forEach { twin ->
            context("the thumbnails in ${twin.language}") {
                for (backend in backends) {
                    test("are made of all pictures, and of nothing else, on $backend") {
                        val folder = album(Scratch.newFolder())

                        val ending = twin.run("--backend", backend, "$folder/in", "$folder/new/out")

                        ending shouldBe Ending(0, "thumbnails made: 5 of 5, in $folder/new/out\n", "")
                        sizes(folder.resolve("new/out")) shouldBe mapOf(
                            "a.png" to "200x50",
                            "b.JPG" to "67x200",
                            "c.gif.png" to "20x20",
                            "d.bmp.png" to "200x200",
                            "sub/new%0Aline %FF.png" to "200x10",
                        )
                    }
                }

                test("are made anew, with the folders named as they are given") {
                    val folder = album(Scratch.newFolder())
                    folder.resolve("out").createDirectories().resolve("a.png").writeText("old")

                    val ending = run(java(twin.program, "in", "out"), folder)

                    ending shouldBe Ending(0, "thumbnails made: 5 of 5, in out\n", "")
                    sizes(folder.resolve("out"))["a.png"] shouldBe "200x50"
                }

                test("are none of an empty folder") {
                    val folder = Scratch.newFolder()
                    folder.resolve("in").createDirectories()

                    twin.run("$folder/in", "$folder/out") shouldBe Ending(0, "thumbnails made: 0 of 0, in $folder/out\n", "")
                }

                troubles(twin)
                refusals(twin)
                demo(twin)
            }
        }

        if ("processes" in backends) {
            test("the demo on processes makes 200 thumbnails and says what happened to the others, as programs") {
                val mark = "${UUID.randomUUID()}"
                atOnce { twin ->
                    val folder = Scratch.newFolder()
                    val command = java(twin.program, *demo(folder))

                    contained(folder) { run(command, environment = mapOf("MARK" to mark)) }
                }

                processesWith(mark) shouldBe emptyList()
            }

            test("the demo on processes makes 200 thumbnails and says what happened to the others, as parts of a program") {
                atOnce { twin ->
                    val folder = Scratch.newFolder()

                    contained(folder) { twin.run(*demo(folder)) }
                }
            }
        }
    })

private suspend fun FunSpecContainerScope.troubles(twin: Twin) {
    test("are reported, sorted by name, where they cannot be made") {
        val folder = album(Scratch.newFolder())
        folder.resolve("in/empty.png").writeText("")
        folder.resolve("in/no.jpg").writeText("no picture")
        folder.resolve("in/a.cut.bmp").toFile().writeBytes(folder.resolve("in/d.bmp").readBytes().copyOf(1000))
        folder.resolve("out/c.gif.png").createDirectories()

        val ending = twin.run("$folder/in", "$folder/out")

        val report = "$folder/in/a.cut.bmp: damaged: it ends too early\n" +
            "$folder/in/c.gif: cannot write the thumbnail: Is a directory\n" +
            "$folder/in/empty.png: not a picture\n" +
            "$folder/in/no.jpg: not a picture\n" +
            "thumbnails made: 4 of 8, in $folder/out\n"
        ending shouldBe Ending(1, report, "")
    }

    test("take no longer than they may, even on threads") {
        val folder = album(Scratch.newFolder())
        folder.resolve("in/b.hang").writeText(Fault.HANG.magic)

        // A thread cannot be killed, so this one hangs until its program ends.
        val ending = run(java(twin.program, "--timeout", "4s", "$folder/in", "$folder/out", backend = "threads"))

        val report = "$folder/in/b.hang: stopped, because it took longer than 4s\nthumbnails made: 5 of 6, in $folder/out\n"
        ending shouldBe Ending(1, report, "")
    }

    test("report that they cannot be reported").config(enabled = File("/dev/full").exists()) {
        val folder = album(Scratch.newFolder())

        val ending = run(java(twin.program, "$folder/in", "$folder/out"), output = Path.of("/dev/full"))

        ending shouldBe Ending(1, "", "thumbnails: cannot write the report\n")
    }
}

private suspend fun FunSpecContainerScope.refusals(twin: Twin) {
    suspend fun refuses(what: String, vararg args: String, message: String) = test("are refused for $what") {
        val folder = album(Scratch.newFolder())
        folder.resolve("link").let { Files.createSymbolicLink(it, folder.resolve("in")) }
        folder.resolve("file").writeText("")

        val ending = twin.run(*args.map { it.replace("@", "$folder") }.toTypedArray())

        ending shouldBe Ending(2, "", "thumbnails: ${message.replace("@", "$folder")}\n")
        folder.listDirectoryEntries() shouldHaveSize 3
    }

    val folders = arrayOf("@/in", "@/out")
    val two = "two folders are needed: one with pictures, and one for their thumbnails; or --demo alone"
    val apart = "thumbnails and pictures need folders of their own, side by side"
    refuses("no folder", message = two)
    refuses("one folder", "@/in", message = two)
    refuses("one folder for the demo", "@/new", "--demo", message = two)
    refuses("three folders", *folders, "x", message = "Unmatched argument at index 2: 'x'")
    refuses("pictures that are not there", "@/no", "@/out", message = "@/no: no such folder")
    refuses("pictures that are a file", "@/file", "@/out", message = "@/file: not a folder")
    refuses("thumbnails that are a file", "@/in", "@/file", message = "@/file: not a folder")
    refuses("thumbnails over their pictures", "@/in", "@/link", message = "@/link: $apart")
    refuses("thumbnails below their pictures", "@/in", "@/in/new/out", message = "@/in/new/out: $apart")
    refuses("thumbnails above their pictures", "@/in", "@/link/..", message = "@/link/..: $apart")
    refuses("a demo over other pictures", "--demo", *folders, message = "@/in: not empty, so no place for a demo")
    refuses("a demo in a file", "--demo", "@/file/in", "@/out", message = "@/file/in: Not a directory")
    refuses("no time", "--timeout", "0s", *folders, message = "$OPTION '--timeout': '0s' is not a time such as 500ms or 5s")
    refuses("time without a unit", "--timeout", "5", *folders, message = "$OPTION '--timeout': '5' is not a time such as 500ms or 5s")
    refuses(
        "a heap for threads",
        "--max-heap",
        "1g",
        "--backend",
        "threads",
        *folders,
        message = "--max-heap is for --backend processes: the workers of threads share one heap",
    )
    if ("processes" in backends) {
        for (size in listOf("256", "0m", "-1g", "much")) {
            refuses(
                "a heap of $size",
                "--max-heap=$size",
                "--backend",
                "processes",
                *folders,
                message = "--max-heap takes a size such as 256m or 2g, not $size",
            )
        }
    }

    test("are explained by --help") {
        val ending = twin.run("--help")

        ending.exitCode shouldBe 0
        ending.err shouldBe ""
        val words = listOf("[pictures]", "[thumbnails]", "--backend", "--workers", "--timeout", "--max-heap", "--demo", "--help")
        for (word in words) ending.out shouldContain word
    }
}

private suspend fun FunSpecContainerScope.demo(twin: Twin) {
    for (backend in backends - "processes") {
        test("are shown by a demo, without what only processes contain, on $backend") {
            val folder = Scratch.newFolder()

            // Less memory than the largest picture needs, on whichever computer.
            val command = java(twin.program, "--demo", "$folder/in", "$folder/out", backend = backend, heap = "1g")
            val ending = run(command)

            val report = "$folder/in/bomb.png: it needs more memory than there is\n" +
                "$folder/in/truncated.jpg: damaged: Truncated File - Missing EOI marker\n" +
                "thumbnails made: 200 of 202, in $folder/out\n"
            val notes = "thumbnails: drew 202 pictures in $folder/in\n" +
                "thumbnails: left out endless.hang and leaving.exit: the one would never end, the other would end this " +
                "program. Only --backend processes can contain them.\n"
            ending shouldBe Ending(1, report, notes)
            sizes(folder.resolve("out")).size shouldBe 200
        }
    }
}

private fun demo(folder: Path) =
    arrayOf("--demo", "--backend=processes", "--workers=2", "--timeout=5s", "--max-heap=256m", "$folder/in", "$folder/out")

private val reportInReadme: String =
    checkNotNull(Regex("```\n(/tmp/thumbnails-1.*?)```", DOT_MATCHES_ALL).find(File("../README.md").readText())).groupValues[1]

/** Runs the [demo] on processes: it has to come to what the README says. */
private fun contained(folder: Path, demo: () -> Ending) {
    val ending = demo()

    val report = reportInReadme
        .replace("/tmp/thumbnails-1/pictures", "$folder/in").replace("/tmp/thumbnails-1/thumbnails", "$folder/out")
    ending shouldBe Ending(1, report, "thumbnails: drew 204 pictures in $folder/in\n")
    sizes(folder.resolve("out")).size shouldBe 200
}

private suspend fun atOnce(test: (Twin) -> Unit) = coroutineScope {
    twins.map { async(IO) { test(it) } }.awaitAll()
}

private val twins = listOf(
    Twin("Kotlin", "Thumbnails", ::ThumbnailsCommand),
    Twin("Java", "JavaThumbnails", ::JavaThumbnails),
)

/** Makes a folder `in` with five pictures, and something else. */
private fun album(folder: Path): Path {
    val pictures = folder.resolve("in")
    pictures.resolve("sub").createDirectories()
    picture(pictures.resolve("a.png"), 400, 100) { x, y -> x * y }
    picture(pictures.resolve("b.JPG"), 100, 300) { x, y -> x * y }
    picture(pictures.resolve("c.gif"), 20, 20) { x, y -> x * y }
    picture(pictures.resolve("d.bmp"), 500, 500) { x, y -> x * y }
    val named = Path.of(URI("${pictures.toUri()}sub/new%0Aline%20%FF.png"))
    Files.move(picture(pictures.resolve("e.png"), 300, 15) { x, y -> x * y }, named)
    pictures.resolve("notes.txt").writeText("no picture, and no trouble")
    return folder
}

/** The pictures below [folder], and how large they are. */
private fun sizes(folder: Path): Map<String, String> = folder.walk().associate { file ->
    val image = read(file.readBytes())
    encodedName(folder.relativize(file)) to "${image.width}x${image.height}"
}

private fun encodedName(path: Path) = path.toUri().rawPath.removePrefix(Path.of("").toUri().rawPath).replace("%20", " ")

/** The processes whose environment has [mark], as children inherit it. */
private fun processesWith(mark: String): List<String> = Path.of("/proc").listDirectoryEntries("[0-9]*")
    .filter { process ->
        try {
            mark in process.resolve("environ").readBytes().decodeToString()
        } catch (_: IOException) {
            false // ended meanwhile, or somebody else's
        }
    }.map { "$it" }
