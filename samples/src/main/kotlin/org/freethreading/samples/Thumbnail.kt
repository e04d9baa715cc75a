package org.freethreading.samples

import java.awt.image.BufferedImage
import java.awt.image.BufferedImage.TYPE_INT_ARGB
import java.awt.image.BufferedImage.TYPE_INT_RGB
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.EOFException
import java.io.IOException
import java.io.InputStream
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import javax.imageio.IIOImage
import javax.imageio.ImageIO
import javax.imageio.ImageReader
import javax.imageio.ImageWriteParam.MODE_EXPLICIT
import javax.imageio.stream.MemoryCacheImageInputStream
import javax.imageio.stream.MemoryCacheImageOutputStream

/** The longest side of a thumbnail, in pixels. */
private const val LONGEST = 200

/**
 * What a worker does with one picture: reads it, and returns the file of its thumbnail, JPEG or PNG as the name asks.
 * The worker itself writes nothing. So it leaves nothing unfinished behind, whenever it ends.
 */
fun thumbnail(uri: String): ByteArray {
    val image = Files.newInputStream(Path.of(URI(uri))).use(::decoded)
    return encoded(shrunk(image, LONGEST), isJpeg(thumbnailName(uri)))
}

/**
 * Gets a worker ready before its first picture. Otherwise the time that a new process takes to load the readers and
 * writers would be taken from that picture's.
 */
fun warmUp() {
    val file = encoded(BufferedImage(1, 1, TYPE_INT_RGB), asJpeg = true)
    encoded(shrunk(decoded(ByteArrayInputStream(file)), LONGEST), asJpeg = false)
}

private fun decoded(file: InputStream): BufferedImage {
    // Kept in memory: a stream of ImageIO's own choice would leave a temporary file when the worker is killed.
    MemoryCacheImageInputStream(file).use { stream ->
        val readers = ImageIO.getImageReaders(stream)
        if (!readers.hasNext()) throw IOException("not a picture")
        return read(readers.next().apply { input = stream })
    }
}

/** The whole picture or nothing: a reader that only warns has made up what is missing. */
private fun read(reader: ImageReader): BufferedImage {
    val warnings = ArrayList<String>()
    reader.addIIOReadWarningListener { _, warning -> warnings += warning }
    try {
        val how = reader.defaultReadParam
        // One int for each pixel where the reader can: an array of four bytes for each would end at 536 million pixels.
        reader.getImageTypes(0).asSequence().find { it.bufferedImageType in listOf(TYPE_INT_ARGB, TYPE_INT_RGB) }
            ?.let { how.destinationType = it }
        val image = reader.read(0, how)
        if (warnings.isNotEmpty()) throw IOException(warnings.first())
        return image
    } catch (failure: Exception) {
        throw complaint(failure)
    } finally {
        reader.dispose()
    }
}

/** What a reader complains of: damage, in one of many ways, an index out of bounds among them; or too little memory. */
private fun complaint(failure: Exception): Throwable {
    val origin = generateSequence<Throwable>(failure) { it.cause }.last()
    return when (origin) {
        is OutOfMemoryError -> origin
        is EOFException -> IOException("damaged: it ends too early", failure)
        is IOException -> IOException("damaged: ${origin.message ?: origin}", failure)
        else -> IOException("damaged: $origin", failure)
    }
}

private fun encoded(image: BufferedImage, asJpeg: Boolean): ByteArray {
    val writer = ImageIO.getImageWritersByFormatName(if (asJpeg) "jpeg" else "png").next()
    val how = writer.defaultWriteParam
    if (asJpeg) {
        how.compressionMode = MODE_EXPLICIT
        how.compressionQuality = 0.9f
    }
    val file = ByteArrayOutputStream()
    try {
        MemoryCacheImageOutputStream(file).use { stream ->
            writer.output = stream
            writer.write(null, IIOImage(plain(image, asJpeg), null, null), how)
        }
    } finally {
        writer.dispose()
    }
    return file.toByteArray()
}

/** The picture as files keep it: colours not multiplied, and for JPEG on white instead of transparent. */
private fun plain(image: BufferedImage, asJpeg: Boolean): BufferedImage {
    val type = if (asJpeg || !image.colorModel.hasAlpha()) TYPE_INT_RGB else TYPE_INT_ARGB
    return if (image.type == type) image else copied(image, 0, image.height, type)
}
