package org.freethreading.process

import org.freethreading.peers.AtExit
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.security.MessageDigest
import java.util.HexFormat
import java.util.concurrent.ConcurrentHashMap

/**
 * What makes a child start faster: the library's classes as the JVM keeps them in memory, in a file. It is a class-data
 * archive, and from Java 24 on an AOT cache, made once for a JDK and the library's jars by a short training run while
 * the program goes its way ([StartCacheBuilder]).
 *
 *     ~/.cache/freethreading/<key>.<size>.<checksum>.jsa      key: of the JDK, and of path, size and time of each jar
 *
 * A JVM checks whether a cache fits its class path, but not whether the file is whole: a damaged one makes it crash. So
 * size and checksum are in the name, and are looked at once in each program. Whatever else may be wrong makes the JVM
 * go without the cache, and it is told to do so in silence.
 */
internal class StartCache(private val home: Path?, private val format: StartCacheFormat = StartCacheFormat.own) {
    private val keys = ConcurrentHashMap<List<Path>, String>()

    /** The files that were found good, by key. */
    private val good = ConcurrentHashMap<String, Path>()

    /** The keys for which nothing is to be done any more. */
    private val tried = ConcurrentHashMap.newKeySet<String>()

    /** The options that make a child of [site] start from the cache; none if there is no cache, yet or at all. */
    fun flags(site: LaunchSite): List<String> {
        val file = keyOf(site)?.let(::find) ?: return listOf()
        return format.use(file)
    }

    /** Makes a cache for [site] in the background, unless there is one. To be called when a child has been started. */
    fun prepare(site: LaunchSite) {
        val key = keyOf(site) ?: return
        if (AtExit.isNow || !tried.add(key)) return
        daemon("freethreading-start-cache") { build(site) }
    }

    /** As [prepare], but does it here and now; returns whether there is a cache. */
    fun build(site: LaunchSite): Boolean {
        val key = keyOf(site) ?: return false
        return find(key) != null || try {
            StartCacheBuilder(home!!, format).build(key, site.prefix)
        } catch (_: IOException) {
            false // no space, perhaps: then it goes without
        }
    }

    /** Null if there is nothing that a cache could be made for, or no place for it. */
    fun keyOf(site: LaunchSite): String? {
        if (home == null || !format.isSupported || site.java != format.java || site.prefix.isEmpty()) return null
        if (site.jvmArgs.any(StartCacheFormat::clashesWith)) return null
        return try {
            keys.getOrPut(site.prefix) { hash(format.facts + site.prefix.map(::facts)) }
        } catch (_: IOException) {
            null // a jar has gone
        }
    }

    private fun facts(jar: Path) = "$jar ${Files.size(jar)} ${Files.getLastModifiedTime(jar).toMillis()}"

    private fun hash(facts: List<String>): String {
        val digest = MessageDigest.getInstance("SHA-256").digest(facts.joinToString("\n").toByteArray())
        return HexFormat.of().formatHex(digest, 0, KEY_BYTES)
    }

    private fun find(key: String): Path? = try {
        good[key]?.takeIf(Files::exists) ?: StartCacheFile.find(home!!, key, format)?.also { good[key] = it }
    } catch (_: IOException) {
        null
    }

    companion object {
        private const val KEY_BYTES = 8

        val own: StartCache by lazy { StartCache(CacheHome.directory) }
    }
}
