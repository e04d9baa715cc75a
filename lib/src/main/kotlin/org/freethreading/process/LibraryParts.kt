package org.freethreading.process

import java.io.IOException
import java.net.URI
import java.net.URISyntaxException
import java.net.URL
import java.nio.file.Files
import java.nio.file.Path
import java.util.jar.JarFile

/**
 * What a child needs in order to start: this library, Kotlin's, coroutines and serialization. They are looked for where
 * this program has loaded them from, whatever its class path says. A jar inside another jar, or behind any other
 * address, is copied out; and what has no address at all is put together from its classes ([Salvage]).
 */
internal object LibraryParts {
    /** A class of each part. The annotations may be missing, as nothing needs them when it runs. */
    private val witnesses = listOf(
        LibraryParts::class.java.name,
        "kotlin.Unit",
        "kotlinx.coroutines.Job",
        "kotlinx.serialization.KSerializer",
        "kotlinx.serialization.json.Json",
        "org.jetbrains.annotations.NotNull",
    )

    /** What lies in jars which can be moved to the front of a class path. */
    private val libraryNames = listOf(
        "org/freethreading/", "kotlin/", "kotlinx/", "_COROUTINE/", "DebugProbesKt.bin", "META-INF/",
        "org/jetbrains/annotations/", "org/intellij/lang/annotations/",
    )

    /** Jars and perhaps directories, in the order of the witnesses, each once. */
    val paths: List<Path> by lazy {
        val found = witnesses.mapNotNull(::witness).map { it to addressOf(it) }
        val places = found.mapNotNull { (_, address) -> address }.distinct().associateWith(::locate)
        val known = found.mapNotNull { (_, address) -> places[address] }.distinct()
        val isWhole = found.all { (_, address) -> places[address] != null }
        // Whatever has no place is in the salvaged jar, together with all that it needs.
        if (isWhole) known else known + listOf(Salvage.jar(found.filter { places[it.second] == null }.map { it.first }))
    }

    /** Whether [path] is a jar in which there is only what this library brings. */
    fun isOnlyLibrary(path: Path): Boolean = Files.isRegularFile(path) && try {
        JarFile(path.toFile()).use { jar ->
            jar.stream().allMatch { entry ->
                entry.isDirectory || libraryNames.any { entry.name.startsWith(it) } ||
                    entry.name == "module-info.class"
            }
        }
    } catch (_: IOException) {
        false
    }

    private fun witness(name: String): Class<*>? = try {
        Class.forName(name, false, LibraryParts::class.java.classLoader)
    } catch (_: ClassNotFoundException) {
        null
    }

    private fun addressOf(type: Class<*>): URL? = type.protectionDomain?.codeSource?.location

    /** The path of what lies at [address], which may be a copy; null if there is nothing to be had. */
    private fun locate(address: URL?): Path? = address?.let { pathOf(it)?.let(::asJar) ?: copyOf(it) }

    /** Where the library lies in a directory, as with its developers, it is packed: a start cache takes only jars. */
    private fun asJar(path: Path): Path {
        if (!Files.isDirectory(path) || CacheHome.directory == null) return path
        val files = Files.walk(path).use { all -> all.filter { Files.isRegularFile(it) }.toList() }
            .associateBy { path.relativize(it).joinToString("/") }
            .filterKeys { name -> name.endsWith(".class") && libraryNames.any { name.startsWith(it) } }
        return JarShelf.store("library", files.mapValues { (_, file) -> Files.readAllBytes(file) }, source = path)
    }

    private fun pathOf(address: URL): Path? = try {
        val uri = address.toURI()
        // `jar:file:/x.jar!/` is what some loaders say for the file itself.
        val inner = uri.toString().takeIf { it.startsWith("jar:file:") && it.indexOf("!/") == it.length - 2 }
        Path.of(if (inner == null) uri else URI(inner.removePrefix("jar:").removeSuffix("!/"))).toAbsolutePath()
            .takeIf(Files::exists)
    } catch (_: URISyntaxException) {
        null
    } catch (_: IllegalArgumentException) {
        null
    } catch (_: RuntimeException) {
        null // a file system which that is no address of
    }

    private fun copyOf(address: URL): Path? {
        val bytes = read(address) ?: address.inside()?.let(::read) ?: return null
        return JarShelf.store(nameOf(address), bytes)
    }

    /** What lies at `jar:<address>!/`, at [this], is the content of the jar; the jar itself lies at the address. */
    private fun URL.inside(): URL? {
        val text = toExternalForm()
        if (!text.startsWith("jar:") || !text.endsWith("!/")) return null
        val inner = text.removePrefix("jar:").removeSuffix("!/")
        return try {
            // `jar:file:/app.jar!/lib/x.jar` is a jar within a jar to every JDK; other protocols know themselves.
            if (inner.startsWith("file:")) URL("jar:$inner") else URL(inner)
        } catch (_: IOException) {
            null
        }
    }

    private fun read(address: URL): ByteArray? = try {
        val connection = address.openConnection().apply { useCaches = false }
        connection.getInputStream().use { it.readNBytes(LARGEST) }.takeIf(::isJar)
    } catch (_: IOException) {
        null
    }

    private fun isJar(bytes: ByteArray) = String(bytes.copyOf(2), Charsets.ISO_8859_1) == "PK"

    private fun nameOf(address: URL): String =
        address.path.removeSuffix("/").removeSuffix("!").substringAfterLast('/').substringAfterLast('!')

    private const val LARGEST = 256 shl 20
}
