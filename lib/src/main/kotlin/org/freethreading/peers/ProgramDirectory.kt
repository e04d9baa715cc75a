package org.freethreading.peers

import org.freethreading.peers.Folders.Companion.freeAt
import java.io.File
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.channels.OverlappingFileLockException
import java.nio.file.DirectoryIteratorException
import java.nio.file.FileSystems
import java.nio.file.FileVisitResult
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.SimpleFileVisitor
import java.nio.file.StandardOpenOption.CREATE_NEW
import java.nio.file.StandardOpenOption.WRITE
import java.nio.file.attribute.BasicFileAttributes
import java.nio.file.attribute.FileAttribute
import java.nio.file.attribute.PosixFilePermissions
import java.nio.file.attribute.UserPrincipal
import java.security.SecureRandom
import java.time.Duration
import java.time.Instant
import java.util.HexFormat
import java.util.concurrent.atomic.AtomicLong

/**
 * The directory that a program and the processes below it share: sockets, mapped files, logs. Only this user gets in.
 *
 *     freethreading-<pid>-<random>.new     being made: without a lock, so left alone unless it is old
 *              | create `alive` and lock it, rename
 *     freethreading-<pid>-<random>         the lock is held as long as the program lives, and longer by nobody
 *              | the program ends; or it dies, and another one obtains the lock: that is the proof
 *              gone
 *
 * The system drops a program's lock on a file as soon as the program closes that file, through whichever handle.
 * So `alive` is opened once and never closed, and nobody in this JVM looks at the directories that are its own.
 */
internal class ProgramDirectory private constructor(
    val path: Path,
    @Suppress("unused") private val alive: FileChannel, // kept: what nobody refers to is closed
) {
    private val files = AtomicLong()

    /** Where files go that find no room in [path]; made when first needed. */
    private val spacious = lazy { create(temporary()) }

    /** This one, and, where it can be had, the one where files go that find no room here. */
    val folders: List<Path>
        get() = try {
            listOf(path, spacious.value.path)
        } catch (_: IOException) {
            listOf(path)
        }

    /**
     * A path with a name that no other file has and that ends with [suffix]. The file is not created. It lies where
     * there is room for [bytes].
     *
     * @throws IOException if there is room nowhere
     */
    fun newFile(suffix: String, bytes: Long = 0): Path {
        val place = if (bytes == 0L) path else Folders(folders).withRoomFor(bytes)
        return place.resolve("${files.incrementAndGet()}$suffix")
    }

    /** Removes the directory and all that is in it. The lock stays held to the end. */
    fun remove() {
        delete(path)
        if (spacious.isInitialized()) delete(spacious.value.path)
    }

    companion object {
        private const val PREFIX = "freethreading-"
        private const val UNFINISHED = ".new"
        private const val ALIVE = "alive"

        /** Nothing else is ever removed, whatever it is. */
        private val NAME = Regex("$PREFIX\\d+-[0-9a-f]{16}(\\.new)?")

        /** A system property: this library may be loaded more than once, by several class loaders. */
        private const val OWN = "org.freethreading.directories"

        /** The address of a Unix socket has room for 108 bytes on Linux, for 104 elsewhere, one of them for the end. */
        private const val LONGEST_ADDRESS = 103
        private const val LONGEST_NAME = 16

        /** A program that has to go on with less will soon fail, in a less comprehensible way. */
        private const val LEAST_ROOM = 8L shl 20
        private val LONG_AGO = Duration.ofMinutes(1)
        private val pid = ProcessHandle.current().pid()
        private val random = SecureRandom()

        /** The directory of this program. It is made when first asked for, and removed when the program ends. */
        val own: ProgramDirectory by lazy {
            sweep()
            create(places()).also { directory ->
                AtExit.last {
                    directory.remove()
                    sweep() // of children that were killed, and had children themselves
                }
            }
        }

        /** Where directories can lie, best first: in memory, or else on disk. */
        private fun places(): List<Path> = (listOf(Path.of("/dev/shm")) + temporary()).distinct()

        private fun temporary(): List<Path> =
            listOf(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath(), Path.of("/tmp")).distinct()

        /**
         * Makes a directory in the first of [places] that is good for it.
         *
         * @throws IOException if none is; the message says what is wrong with each
         */
        fun create(places: List<Path>): ProgramDirectory {
            val refusals = ArrayList<String>()
            for (place in places) {
                try {
                    val refusal = refusal(place) ?: return createIn(place)
                    refusals.add("$place $refusal")
                } catch (failure: IOException) {
                    refusals.add("$place is not usable: $failure")
                }
            }
            throw IOException(
                "no place for the files that processes share: ${refusals.joinToString("; ")}. " +
                    "Have java.io.tmpdir name a place that is writable, not too small, and has a short path"
            )
        }

        private fun refusal(place: Path): String? {
            val address = "$place/$PREFIX$pid-0123456789abcdef/".toByteArray().size + LONGEST_NAME
            return when {
                !Files.isDirectory(place) -> "is no directory"
                !Files.isWritable(place) -> "is not writable"
                address > LONGEST_ADDRESS -> "has a path too long for a socket, which takes $LONGEST_ADDRESS bytes"
                freeAt(place) < LEAST_ROOM -> "has ${freeAt(place)} bytes free, and it takes at least $LEAST_ROOM"
                else -> null
            }
        }

        private fun createIn(place: Path): ProgramDirectory {
            val name = PREFIX + pid + "-" + HexFormat.of().toHexDigits(random.nextLong())
            val unfinished = Files.createDirectory(place.resolve(name + UNFINISHED), *owner("rwx------"))
            try {
                val options = setOf(CREATE_NEW, WRITE)
                val alive = FileChannel.open(unfinished.resolve(ALIVE), options, *ONLY_THE_OWNER)
                alive.tryLock() ?: throw IOException("somebody else has locked $unfinished")
                val path = place.resolve(name)
                System.getProperties().merge(OWN, "$path") { all, one -> "$all${File.pathSeparator}$one" }
                Files.move(unfinished, path)
                return ProgramDirectory(path, alive)
            } catch (failure: IOException) {
                delete(unfinished)
                throw failure
            }
        }

        /** Removes the directories that programs of this user have left behind when they died. */
        fun sweep() = sweep(places())

        fun sweep(places: List<Path>) {
            for (place in places) {
                try {
                    Files.newDirectoryStream(place, "$PREFIX*").use { found -> found.forEach(::sweepOne) }
                } catch (_: IOException) {
                    // Not there, or not readable: nothing of ours in it. Or it changed as we looked: next time, then.
                } catch (_: DirectoryIteratorException) {
                    // The same.
                }
            }
        }

        private fun sweepOne(directory: Path) {
            val name = directory.fileName.toString()
            if (!NAME.matches(name) || isOwn(directory)) return
            try {
                if (!Files.isDirectory(directory, NOFOLLOW_LINKS) || !isMine(directory)) return
                if (name.endsWith(UNFINISHED)) {
                    val made = Files.getLastModifiedTime(directory, NOFOLLOW_LINKS).toInstant()
                    if (made < Instant.now() - LONG_AGO) delete(directory)
                } else {
                    FileChannel.open(directory.resolve(ALIVE), setOf(WRITE, NOFOLLOW_LINKS)).use { alive ->
                        if (alive.tryLock() != null) delete(directory)
                    }
                }
            } catch (_: OverlappingFileLockException) {
                // Another thread is at it.
            } catch (_: NoSuchFileException) {
                delete(directory) // somebody else is at it, or died at it
            } catch (_: IOException) {
                // Whatever it is, it can wait for the next time.
            }
        }

        private fun isMine(directory: Path) = Files.getOwner(directory, NOFOLLOW_LINKS) == me

        /** The user's name would not do: in a container the user may have none. */
        private val me: UserPrincipal by lazy {
            val mine = Files.createTempFile(PREFIX, null)
            Files.getOwner(mine).also { Files.delete(mine) }
        }

        private fun isOwn(directory: Path) =
            System.getProperty(OWN).orEmpty().split(File.pathSeparator).contains(directory.toString())

        /** For files that nobody else may read. */
        val ONLY_THE_OWNER: Array<FileAttribute<*>> = owner("rw-------")

        private fun owner(permissions: String): Array<FileAttribute<*>> =
            if ("posix" in FileSystems.getDefault().supportedFileAttributeViews()) {
                arrayOf(PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))
            } else {
                emptyArray()
            }

        /** Deletes what is there, links themselves and not what they mean; as far as it is possible. */
        private fun delete(directory: Path) {
            val deleting = object : SimpleFileVisitor<Path>() {
                override fun visitFile(file: Path, attributes: BasicFileAttributes) = tryDelete(file)

                override fun visitFileFailed(file: Path, failure: IOException) = FileVisitResult.CONTINUE

                override fun postVisitDirectory(directory: Path, failure: IOException?) = tryDelete(directory)
            }
            try {
                Files.walkFileTree(directory, deleting)
            } catch (_: IOException) {
                // What is left is swept by the next program.
            }
        }

        private fun tryDelete(path: Path): FileVisitResult {
            try {
                Files.deleteIfExists(path)
            } catch (_: IOException) {
                // As above.
            }
            return FileVisitResult.CONTINUE
        }
    }
}
