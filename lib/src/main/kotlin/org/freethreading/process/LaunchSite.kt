package org.freethreading.process

import org.freethreading.ProcessOptions
import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.InvalidPathException
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap

/**
 * Where a child finds classes by itself: this library and what it needs in any case, and all else that is on the class
 * path and the module path of this program. What it does not find there, such as what a class loader of the program's
 * own has loaded, it asks this program for ([RemoteClasses]).
 *
 *     class path:   the library's jars | its directories, if it lies in any | the program's class path, in its order
 *                   '-- start cache --'
 *
 * The library's jars go first because a start cache is valid for a beginning of the class path, without directories
 * ([StartCache]). Only jars with nothing but library code are moved like that: of a jar with everything in it, the
 * resources would hide others which they came after.
 *
 * @property java the program that runs Java
 * @property jvmArgs what the user has for the child's JVM
 * @property prefix the beginning of the class path that a start cache can be made for; empty if there is none
 * @property module the module that this library is, if it lies on the module path
 */
internal class LaunchSite(
    val java: Path,
    val jvmArgs: List<String>,
    val prefix: List<Path>,
    val classPath: List<Path>,
    private val modulePath: List<Path>,
    private val modules: List<String>,
    private val module: String?,
) {
    private val paths: List<String> = listOf(
        "--module-path" to modulePath.joinToString(File.pathSeparator),
        "--add-modules" to modules.joinToString(","),
        "-cp" to classPath.joinToString(File.pathSeparator),
    ).filter { (_, value) -> value.isNotEmpty() }.flatMap { it.toList() }

    /** What stands on the command line after all other options, up to [mainClass]; the program's arguments follow. */
    fun launchArguments(mainClass: String): List<String> = StartCache.own.flags(this) + paths +
        if (module == null) listOf(mainClass) else listOf("-m", "$module/$mainClass")

    companion object {
        private val sites = ConcurrentHashMap<Key, LaunchSite>()

        private data class Key(val java: Path?, val jvmArgs: List<String>, val classPath: List<Path>?)

        /** The `java` of this JVM; or, if the program brings a launcher of its own and no `java`, that one. */
        private val ownJava: Path by lazy {
            StartCacheFormat.own.java.takeIf(Files::isExecutable) ?: Path.of(
                ProcessHandle.current().info().command().orElseThrow {
                    IOException("there is no ${StartCacheFormat.own.java}: name one with ProcessOptions.javaExecutable")
                }
            )
        }

        /** @throws IOException if the library lies where no child can find it, and cannot be copied from there */
        fun of(options: ProcessOptions): LaunchSite {
            val key = Key(options.javaExecutable, options.jvmArgs, options.classPath)
            return sites[key] ?: make(key).also { sites[key] = it } // twice does no harm
        }

        private fun make(key: Key): LaunchSite {
            val program = key.classPath ?: programClassPath()
            val modulePath = paths(System.getProperty("jdk.module.path"))
            val java = key.java ?: ownJava
            val module = LaunchSite::class.java.module
            if (module.isNamed && module.layer === ModuleLayer.boot()) {
                val modules = modules { true }
                return LaunchSite(java, key.jvmArgs, listOf(), program, modulePath, modules, module.name)
            }
            val parts = LibraryParts.paths
            val own = parts.filter(LibraryParts::isOnlyLibrary) + parts.filter { it !in program }
            val whole = (own + program).distinct()
            val jars = whole.takeWhile { Files.isRegularFile(it) }
            // Without the library itself there would be little in a start cache, and nobody to make it.
            val prefix = if (parts.first() in jars) jars.take(jars.indexOfLast { it in parts } + 1) else listOf()
            // With a main class on the class path there are all modules of the JDK, but those that are incubating.
            val modules = modules { !it.isOfJdk || it.name.startsWith("jdk.incubator.") }
            return LaunchSite(java, key.jvmArgs, prefix, whole, modulePath, modules, null)
        }

        /** The class path of this program, whose wildcards the `java` command has resolved. */
        private fun programClassPath(): List<Path> {
            val value = System.getProperty("java.class.path").orEmpty()
            // Nothing at all means the working directory; but not if a module was started.
            val isDefault = value.isEmpty() && System.getProperty("jdk.module.main") == null
            return paths(if (isDefault) "." else value)
        }

        private fun paths(value: String?): List<Path> =
            if (value.isNullOrEmpty()) emptyList() else value.split(File.pathSeparatorChar).mapNotNull(::absolute)

        private fun absolute(entry: String): Path? = try {
            Path.of(entry).toAbsolutePath().normalize()
        } catch (_: InvalidPathException) {
            null // There can be nothing.
        }

        private class Module(val name: String, val isOfJdk: Boolean)

        /** The modules of this program that are to be named to the child, or it might go without them. */
        private fun modules(filter: (Module) -> Boolean): List<String> =
            ModuleLayer.boot().configuration().modules().map { it.reference() }
                .map { Module(it.descriptor().name(), it.location().orElse(null)?.scheme == "jrt") }
                .filter(filter).map { it.name }.sorted()
    }
}
