package org.freethreading.samples

import java.net.URI
import java.nio.file.Files
import java.nio.file.Path

/**
 * The pictures below [folder], as far as their names say that this Java can read them; their thumbnails go below the
 * folder [thumbnails].
 */
class Album(private val folder: Path, val thumbnails: Path) {
    private val listing = Listing.of(folder) { isPicture("${it.fileName}") }

    val pictures: List<ListedFile> get() = listing.files

    /** What could not be looked into. */
    val failures: List<Listing.Failure> get() = listing.failures

    /** What tells a worker which picture to read. */
    fun uris(): Iterable<String> = listing.uris()

    /** Puts [thumbnail], a file, where that of [picture] belongs. */
    fun add(picture: ListedFile, thumbnail: ByteArray) {
        val sibling = Path.of(URI(thumbnailName("${picture.uri}")))
        val place = thumbnails.resolve(folder.toAbsolutePath().relativize(sibling))
        Files.createDirectories(place.parent)
        Files.write(place, thumbnail)
    }
}
