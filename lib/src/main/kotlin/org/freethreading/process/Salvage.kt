package org.freethreading.process

import java.io.IOException
import java.nio.file.Path

/**
 * Makes a jar of classes whose loader does not say where it has them from, but gives out their files one by one. Nobody
 * can list what such a loader has; so, beginning with the classes at hand, all names are followed that stand in class
 * files.
 */
internal object Salvage {
    private val name = Regex("(?:org/freethreading|kotlinx?|_COROUTINE)/[\\w/$-]+")

    /** The roots, besides the classes given: what nobody names, but a child needs. */
    private val roots = listOf("org/freethreading/worker/ChildMain", "org/freethreading/worker/StartCacheTraining")

    /** @throws IOException if the loader does not give out the files of its classes */
    fun jar(types: List<Class<*>>): Path {
        val loader = types.first().classLoader
        val files = collect(loader, types.map { it.name.replace('.', '/') })
        types.find { it.name.replace('.', '/') !in files }?.let {
            throw IOException(
                "a worker process cannot get this library's classes: the class loader $loader neither says where " +
                    "${it.name} comes from nor gives out its class file"
            )
        }
        return JarShelf.store("salvaged", files.mapKeys { (file, _) -> "$file.class" })
    }

    private fun collect(loader: ClassLoader, first: List<String>): Map<String, ByteArray> {
        val files = HashMap<String, ByteArray>()
        val seen = HashSet(first + roots)
        val open = ArrayDeque(seen)
        while (open.isNotEmpty()) {
            val next = open.removeFirst()
            val content = loader.getResourceAsStream("$next.class")?.use { it.readAllBytes() } ?: continue
            files[next] = content
            // Names are stored in ASCII, so a class file can be searched as if it were text.
            name.findAll(String(content, Charsets.ISO_8859_1)).map { it.value }.filter(seen::add).forEach(open::add)
        }
        return files
    }
}
