package org.freethreading.process

import org.freethreading.Scratch
import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.util.jar.Attributes
import java.util.jar.JarEntry
import java.util.jar.JarFile
import java.util.jar.JarOutputStream
import java.util.jar.Manifest
import javax.tools.ToolProvider
import kotlin.io.path.createDirectories
import kotlin.io.path.extension
import kotlin.io.path.invariantSeparatorsPathString
import kotlin.io.path.isDirectory
import kotlin.io.path.isRegularFile
import kotlin.io.path.readBytes
import kotlin.io.path.relativeTo
import kotlin.io.path.walk
import kotlin.io.path.writeText

/** Small Java programs that tests make, and pack in all the ways there are. */
internal object Compiled {
    /** The library and what it needs: the library itself as a jar, packed if it is a directory as it is here. */
    val library: List<Path> by lazy {
        val own = Path.of(LibraryParts::class.java.protectionDomain.codeSource.location.toURI())
        val rest = LibraryParts.paths.drop(1)
        if (own.isRegularFile()) return@lazy listOf(own) + rest
        listOf(jar(directory().resolve("freethreading.jar"), listOf(own), mapOf("Automatic-Module-Name" to "org.freethreading"))) + rest
    }

    fun directory(): Path = Scratch.newFolder("compiled")

    /** Compiles [sources], by their path, into a new directory. */
    fun classes(sources: Map<String, String>, classPath: List<Path> = listOf(), modules: List<Path> = listOf()): Path {
        val source = directory()
        val target = directory()
        val files = sources.map { (path, text) ->
            source.resolve(path).apply { parent.createDirectories(); writeText(text) }.toString()
        }
        val options = listOf("-proc:none", "-d", "$target", "-cp", path(classPath)) +
            if (modules.isEmpty()) listOf() else listOf("-p", path(modules))
        val code = ToolProvider.getSystemJavaCompiler().run(null, null, null, *(options + files).toTypedArray())
        check(code == 0) { "the test's program does not compile" }
        return target
    }

    fun path(entries: List<Path>): String = entries.joinToString(File.pathSeparator)

    /** A jar at [target] with what is in [parts], directories and jars: of two files of a name, the first. */
    fun jar(target: Path, parts: List<Path>, attributes: Map<String, String> = mapOf()): Path {
        val manifest = Manifest().apply {
            mainAttributes[Attributes.Name.MANIFEST_VERSION] = "1.0"
            attributes.forEach { (name, value) -> mainAttributes.putValue(name, value) }
        }
        val seen = hashSetOf(JarFile.MANIFEST_NAME, "module-info.class")
        JarOutputStream(Files.newOutputStream(target), manifest).use { jar ->
            for (part in parts) {
                contents(part) { name, bytes ->
                    if (seen.add(name)) {
                        jar.putNextEntry(JarEntry(name))
                        jar.write(bytes())
                    }
                }
            }
        }
        return target
    }

    private fun contents(part: Path, each: (String, () -> ByteArray) -> Unit) {
        if (part.isDirectory()) {
            part.walk().forEach { file -> each(file.relativeTo(part).invariantSeparatorsPathString) { file.readBytes() } }
        } else {
            JarFile(part.toFile()).use { jar ->
                jar.stream().filter { !it.isDirectory }.forEach { entry ->
                    each(entry.name) { jar.getInputStream(entry).use { it.readBytes() } }
                }
            }
        }
    }

    /** A jar at [target] that has [jars] inside, as they are, under `lib/`, and besides them [rest]. */
    fun nesting(target: Path, jars: List<Path>, rest: List<Path>, attributes: Map<String, String>): Path {
        val lib = directory()
        lib.resolve("lib").createDirectories()
        jars.filter { it.extension == "jar" }.forEach { Files.copy(it, lib.resolve("lib").resolve(it.fileName)) }
        return jar(target, listOf(lib) + rest, attributes)
    }
}
