package org.freethreading.peers

import org.freethreading.memory.Peer
import org.freethreading.memory.PeerTable
import org.freethreading.memory.Records
import org.freethreading.warn
import java.io.IOException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicLong

/**
 * The processes of a program that share memory, as one of them sees them. What they share lies in the first of
 * [places], the directory of the program at the top:
 *
 *     peers          the table of processes       peers.alive    their locks
 *     <n>.records    what they share              <slot>-<generation>.bell
 */
internal class PeersInFiles(
    private val places: Folders,
    override val table: PeerTable,
    private val liveness: Liveness,
    override val self: Peer,
) : Peers {
    private val home = places.all.first()
    private val files = AtomicLong()

    override val folders: List<Path> get() = places.all

    override fun newFile(bytes: Long): Path =
        places.withRoomFor(bytes).resolve("${self.slot}-${self.generation}-${files.incrementAndGet()}.item")

    private fun pathOfRecords(number: Int): Path = home.resolve("$number$RECORDS")

    override fun openRecords(number: Int): Records = Records.attach(pathOfRecords(number), number)

    /** Where there is no room for it, it is only a link, to where there is. */
    override fun newRecords(number: Int, size: Int, count: Int, prepare: Records.() -> Unit): Records {
        val path = pathOfRecords(number)
        val place = places.withRoomFor(Records.bytes(size, count).toLong()).resolve(path.fileName)
        val records = Records.create(place, number, size, count, prepare)
        if (place != path) Files.createSymbolicLink(path, place)
        return records
    }

    override fun removeRecords(number: Int) = Records.remove(pathOfRecords(number))

    fun pathOfBell(slot: Int): Path = home.resolve("$slot-${table.generation(slot)}.bell")

    override fun recordFiles(): List<Int> = Files.newDirectoryStream(home, "*$RECORDS").use { found ->
        found.filter { Files.isRegularFile(it) }
            .mapNotNull { it.fileName.toString().removeSuffix(RECORDS).toIntOrNull() }
    }

    override fun others(): List<Int> = PeerTable.SLOTS.filter { it != self.slot && table.isLive(it) }

    override fun proveDead(pids: Set<Long>): List<Peer> {
        val family = LinkedHashSet<Int>()
        val dead = ArrayList<Int>()
        while (true) { // one that was just about to join has done so, or never will, when its parent is dead
            val more = familyOf(pids).filter(family::add).ifEmpty { return dead.map(table::peer) }
            dead += more.filter(::end)
        }
    }

    private fun end(slot: Int): Boolean {
        val deadline = System.nanoTime() + PATIENCE_NANOS
        while (!liveness.obtain(slot)) {
            ProcessHandle.of(table.pid(slot)).ifPresent { it.destroyForcibly() }
            if (System.nanoTime() > deadline) {
                warn("process {0} cannot be killed, and keeps what it holds", table.pid(slot))
                return false
            }
            Thread.sleep(1) // nobody is told when a process that is not a child's ends
        }
        return true
    }

    private fun familyOf(pids: Set<Long>): List<Int> {
        val family = pids.toMutableSet()
        val live = PeerTable.SLOTS.filter { it != self.slot && table.isLive(it) }
        do {
            val more = live.filter { table.parentPid(it) in family }.map(table::pid)
        } while (family.addAll(more))
        return live.filter { table.pid(it) in family }
    }

    override fun strikeOff(dead: Peer) {
        Files.deleteIfExists(pathOfBell(dead.slot))
        table.leave(dead.slot)
        liveness.release(dead.slot)
    }

    companion object {
        private const val RECORDS = ".records"
        private const val PATIENCE_NANOS = 10_000_000_000L

        /** Whether any process shares what lies in [folders]. */
        fun exist(folders: List<Path>): Boolean = Files.exists(folders.first().resolve("peers"))

        /**
         * Makes this process one of those that share what lies in [places].
         *
         * @throws IOException if there is no space left, or no place among them
         */
        fun join(places: Folders): PeersInFiles {
            val home = places.all.first()
            val table = open(home.resolve("peers"))
            val liveness = LockedBytes.of(home.resolve("peers.alive"))
            val me = ProcessHandle.current()
            val parent = parentPid(me)
            for (slot in PeerTable.SLOTS) {
                if (table.isLive(slot) || !liveness.obtain(slot)) continue
                val self = table.enter(slot, me.pid(), parent)
                if (self != null) {
                    val peers = PeersInFiles(places, table, liveness, self)
                    if (parentPid(me) == parent) return peers
                    peers.strikeOff(self)
                    throw IOException("the parent of this process has ended, and this one is about to")
                }
                liveness.release(slot)
            }
            throw IOException("no more than ${PeerTable.SLOTS.count()} processes can share memory at the same time")
        }

        private fun parentPid(process: ProcessHandle) = process.parent().map { it.pid() }.orElse(0)

        private fun open(path: Path): PeerTable {
            if (!Files.exists(path)) {
                val unfinished = path.resolveSibling("peers-${ProcessHandle.current().pid()}.new")
                try {
                    PeerTable.create(unfinished)
                    Files.createLink(path, unfinished) // fails if there is one
                } catch (_: FileAlreadyExistsException) {
                    // Another process was faster.
                } finally {
                    Files.deleteIfExists(unfinished)
                }
            }
            return PeerTable.attach(path)
        }
    }
}
