package org.freethreading.process

import java.io.ByteArrayInputStream
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.lang.ref.SoftReference
import java.net.URI
import java.net.URL
import java.net.URLConnection
import java.net.URLStreamHandler
import java.nio.channels.SocketChannel
import java.security.CodeSource
import java.security.ProtectionDomain
import java.security.cert.Certificate
import java.util.Collections
import java.util.Enumeration
import java.util.concurrent.ConcurrentHashMap

/**
 * The classes and resources that a child has: those it finds itself, by its class path, which is [parent]'s matter; and
 * all others that the program has which started it, and which it is asked for through [connect], over a line that is
 * opened when the first one is missing.
 *
 * What has been answered is remembered, also that there is nothing. As the program may make more classes later,
 * [forgetMissing] is to be called when something new arrives from it.
 */
internal class RemoteClasses(parent: ClassLoader, connect: () -> SocketChannel) : ClassLoader("freethreading", parent) {
    constructor(uplink: Uplink) : this(RemoteClasses::class.java.classLoader, uplink::openClasses)

    private val line = ClassLine(connect)
    private val known = ConcurrentHashMap<String, SoftReference<List<ByteArray>>>()
    private val missing = ConcurrentHashMap.newKeySet<String>()
    private val handler = Handler()
    private val domain = ProtectionDomain(CodeSource(address("", 0), NO_CERTIFICATES), null, this, null)

    fun forgetMissing() = missing.clear()

    override fun findClass(name: String): Class<*> {
        val path = name.replace('.', '/') + ".class"
        val bytes = try {
            line.one(path, missing)
        } catch (failure: IOException) {
            throw ClassNotFoundException("$name, which the program that started this process was asked for", failure)
        } ?: throw ClassNotFoundException(
            "$name: it is not on the class path of this worker process, and the program that started it has no class " +
                "file of that name either. A class made while the program runs has none"
        )
        definePackageOf(name)
        return defineClass(name, bytes, 0, bytes.size, domain)
    }

    private fun definePackageOf(type: String) {
        val name = type.substringBeforeLast('.', "")
        if (getDefinedPackage(name) != null) return
        try {
            definePackage(name, null, null, null, null, null, null, null)
        } catch (_: IllegalArgumentException) {
            // Another thread was faster.
        }
    }

    override fun findResource(name: String): URL? = if (contents(name).isEmpty()) null else address(name, 0)

    /** Without what the class path has, too, which would be there twice; what is the same is told by its content. */
    override fun findResources(name: String): Enumeration<URL> {
        val contents = contents(name)
        if (contents.isEmpty()) return Collections.emptyEnumeration()
        val own = parent.getResources(name).asSequence().map { url -> url.openStream().use { it.readBytes() } }.toList()
        val others = contents.indices.filter { index -> own.none { it.contentEquals(contents[index]) } }
        return Collections.enumeration(others.map { address(name, it) })
    }

    /** All resources of a name. None if the parent cannot be asked: whoever looks for a resource is ready for that. */
    private fun contents(name: String): List<ByteArray> = try {
        fetch(name)
    } catch (_: IOException) {
        listOf()
    }

    private fun fetch(name: String): List<ByteArray> =
        known[name]?.get() ?: line.all(name, missing).also { if (it.isNotEmpty()) known[name] = SoftReference(it) }

    private fun address(name: String, index: Int) =
        URL(null, URI(PROTOCOL, null, "/$index/$name", null).toASCIIString(), handler)

    /** Opens the addresses of resources, `freethreading:/<which of that name>/<name>`, and those relative to them. */
    private inner class Handler : URLStreamHandler() {
        override fun openConnection(url: URL): URLConnection = Connection(url)
    }

    private inner class Connection(url: URL) : URLConnection(url) {
        private val content: ByteArray by lazy {
            val (index, name) = url.toURI().path.removePrefix("/").split('/', limit = 2)
            fetch(name).getOrNull(index.toInt()) ?: throw FileNotFoundException("$url")
        }

        override fun connect() {
            content
            connected = true
        }

        override fun getInputStream(): InputStream = ByteArrayInputStream(content)

        override fun getContentLengthLong(): Long = content.size.toLong()

        override fun getContentLength(): Int = content.size
    }

    private companion object {
        private const val PROTOCOL = "freethreading"
        private val NO_CERTIFICATES = emptyArray<Certificate>()

        init {
            registerAsParallelCapable()
        }
    }
}
