package org.freethreading.samples

import java.awt.image.BufferedImage
import java.util.Locale
import java.util.concurrent.locks.LockSupport
import javax.imageio.ImageReadParam
import javax.imageio.ImageReader
import javax.imageio.ImageTypeSpecifier
import javax.imageio.metadata.IIOMetadata
import javax.imageio.spi.ImageReaderSpi
import javax.imageio.stream.ImageInputStream
import kotlin.system.exitProcess

/**
 * A plug-in for pictures of a made-up kind, which `META-INF/services` makes known to `ImageIO`. It stands for a codec
 * in native code that is at the end of its wits: what it does depends on the first four bytes of the file.
 */
class FaultyReaderSpi :
    ImageReaderSpi(
        "freethreading", "1", arrayOf("faulty"), arrayOf("hang", "exit"), null, FaultyReader::class.java.name,
        arrayOf(ImageInputStream::class.java), null, false, null, null, null, null, false, null, null, null, null,
    ) {
    override fun canDecodeInput(source: Any): Boolean = source is ImageInputStream && Fault.of(source) != null

    override fun createReaderInstance(extension: Any?): ImageReader = FaultyReader(this)

    override fun getDescription(locale: Locale?): String = "pictures that hang or end the program that reads them"
}

/** What a faulty file does to its reader, and the [magic] bytes that it begins with. */
enum class Fault(val magic: String) {
    HANG("HANG") {
        override fun strike(): Nothing {
            while (true) {
                LockSupport.park()
                Thread.interrupted() // native code does not listen, either
            }
        }
    },
    EXIT("EXIT") {
        override fun strike(): Nothing = exitProcess(42)
    },
    ;

    abstract fun strike(): Nothing

    companion object {
        /** The fault that [file] asks for, if it does; the file stays where it is. */
        fun of(file: ImageInputStream): Fault? {
            val start = ByteArray(4)
            file.mark()
            file.read(start)
            file.reset()
            return entries.find { it.magic == start.toString(Charsets.ISO_8859_1) }
        }
    }
}

/** Says that a picture has one pixel, and does its worst when asked for it. */
private class FaultyReader(provider: ImageReaderSpi) : ImageReader(provider) {
    override fun getNumImages(allowSearch: Boolean): Int = 1

    override fun getWidth(imageIndex: Int): Int = 1

    override fun getHeight(imageIndex: Int): Int = 1

    override fun getImageTypes(imageIndex: Int): Iterator<ImageTypeSpecifier> =
        listOf(ImageTypeSpecifier.createFromBufferedImageType(BufferedImage.TYPE_INT_RGB)).iterator()

    override fun getStreamMetadata(): IIOMetadata? = null

    override fun getImageMetadata(imageIndex: Int): IIOMetadata? = null

    override fun read(imageIndex: Int, param: ImageReadParam?): BufferedImage =
        checkNotNull(Fault.of(input as ImageInputStream)).strike()
}
