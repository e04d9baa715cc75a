package org.freethreading

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import org.freethreading.peers.ProgramDirectory

/** A container may have next to no `/dev/shm`: everything works there all the same, in files elsewhere. */
class TinySharedMemoryTest : FunSpec({
    timeout = 120_000

    val mayMount = mounting("1m") + "true"
    val canMount = runCatching { ProcessBuilder(mayMount).start().waitFor() == 0 }.getOrDefault(false)

    suspend fun printedWith(size: String): List<String> =
        Program(UsesMuchMemory::class.java, launcher = mounting(size)).use { it.result() }.second

    test("with a /dev/shm of 1 MiB all that processes share lies elsewhere").config(enabled = canMount) {
        printedWith("1m") shouldContainExactly listOf("elsewhere", "16777216", "16777216 in 2000 items", "1000 locks", "held: false")
    }

    test("what finds no room in a /dev/shm of 12 MiB lies elsewhere").config(enabled = canMount) {
        printedWith("12m") shouldContainExactly listOf("there", "16777216", "16777216 in 2000 items", "1000 locks", "held: false")
    }
})

/** The command that gives another one a `/dev/shm` of [size], which nobody else sees; by its user's right, or as root of a name space. */
private fun mounting(size: String): List<String> {
    val rights = if (System.getProperty("user.name") == "root") "-m" else "-rm"
    return listOf("unshare", rights, "sh", "-c", "mount -t tmpfs -o size=$size tmpfs /dev/shm && exec \"$@\"", "sh")
}

/** A large argument, a queue of many bytes, and many primitives: more than there is room for. */
internal object UsesMuchMemory {
    private const val LARGE = 16 shl 20
    private const val ITEMS = 2000

    @JvmStatic
    fun main(arguments: Array<String>) {
        println(if (ProgramDirectory.own.path.startsWith("/dev/shm")) "there" else "elsewhere")
        val queue = Queue<ByteArray>()
        val locks = List(1000) { Lock() }
        WorkerPool(1).use { pool ->
            val large = ByteArray(LARGE)
            println(pool.callBlocking { large.size })
            repeat(ITEMS) { queue.putBlocking(ByteArray(LARGE / ITEMS + if (it < LARGE % ITEMS) 1 else 0)) }
            println("${pool.callBlocking { (1..ITEMS).sumOf { queue.getBlocking().size } }} in $ITEMS items")
            println("${pool.callBlocking { locks.onEach { lock -> lock.lockBlocking().also { lock.unlock() } }.size }} locks")
        }
        println("held: ${locks.any { it.isLocked }}")
    }
}
