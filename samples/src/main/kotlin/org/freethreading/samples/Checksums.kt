@file:JvmName("Checksums")

package org.freethreading.samples

import kotlinx.coroutines.runBlocking
import org.freethreading.Backend
import org.freethreading.withWorkerPool
import picocli.CommandLine.Command
import picocli.CommandLine.Mixin
import java.io.OutputStream
import java.io.PrintStream
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import java.security.DigestInputStream
import java.security.MessageDigest
import java.util.HexFormat
import java.util.concurrent.Callable
import kotlin.system.exitProcess

fun main(args: Array<String>) {
    exitProcess(runCommand(ChecksumsCommand(System.out, System.err), System.out, System.err, args))
}

/** Computes checksums on a pool of workers: threads, virtual threads or processes, as the options say. */
@Command(
    name = "checksums",
    description = ["Prints the SHA-256 of every regular file below a folder, sorted by path, as sha256sum does."],
)
class ChecksumsCommand(private val out: PrintStream, private val err: PrintStream) : Callable<Int> {
    @Mixin
    private lateinit var options: ChecksumsOptions

    override fun call(): Int {
        val workers = options.workers()
        val backend = options.backend()
        val listing = Listing.of(options.folder())
        val report = ChecksumsReport("checksums", listing, out, err)
        runBlocking { checksum(listing, workers, backend, report) }
        return report.finish()
    }
}

/** Hands the names of the files to the workers as fast as they take them, and reports what comes back. */
private suspend fun checksum(listing: Listing, workers: Int, backend: Backend, report: ChecksumsReport) {
    withWorkerPool(workers, backend) { pool ->
        pool.imapAllUnordered(listing.uris()) { sha256(it) }.collect(report::add)
    }
}

/** What a worker does with one file. A large file takes no more memory than a small one. */
private fun sha256(uri: String): String {
    val digest = MessageDigest.getInstance("SHA-256")
    DigestInputStream(Files.newInputStream(Path.of(URI(uri))), digest).use { content ->
        content.transferTo(OutputStream.nullOutputStream())
    }
    return HexFormat.of().formatHex(digest.digest())
}
