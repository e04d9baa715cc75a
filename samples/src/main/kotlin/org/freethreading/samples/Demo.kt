package org.freethreading.samples

import java.awt.BasicStroke
import java.awt.Color
import java.awt.GradientPaint
import java.awt.RenderingHints.KEY_ANTIALIASING
import java.awt.RenderingHints.VALUE_ANTIALIAS_ON
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.io.DataOutputStream
import java.nio.file.Files
import java.nio.file.Path
import java.util.Random
import java.util.zip.CRC32
import java.util.zip.DeflaterOutputStream
import javax.imageio.ImageIO
import javax.imageio.stream.MemoryCacheImageOutputStream
import kotlin.io.path.outputStream
import kotlin.io.path.writeBytes
import kotlin.io.path.writeText

/** Draws pictures into a [folder], always the same: many that are good, and a few that harm who reads them. */
class Demo(private val folder: Path) {
    /** Draws all pictures, those of [FAULTY] only [withFaults], and returns how many they are. */
    fun draw(withFaults: Boolean): Int {
        for (number in 1..GOOD) {
            val kind = Kind.entries[number % Kind.entries.size]
            folder.resolve("%03d.%s".format(number, kind.suffix)).writeBytes(encoded(drawing(number, kind), kind))
        }
        folder.resolve("bomb.png").writeBytes(bomb())
        val whole = encoded(drawing(1, Kind.JPEG), Kind.JPEG)
        folder.resolve("truncated.jpg").writeBytes(whole.copyOf(whole.size / 2))
        if (withFaults) {
            folder.resolve(HANGING).writeText(Fault.HANG.magic)
            folder.resolve(EXITING).writeText(Fault.EXIT.magic)
        }
        return Files.list(folder).use { it.count() }.toInt()
    }

    /** The kinds of files, and how the pixels are kept that are drawn for them. */
    private enum class Kind(val suffix: String, val pixels: Int) {
        PNG("png", BufferedImage.TYPE_INT_ARGB),
        JPEG("jpg", BufferedImage.TYPE_INT_RGB),
        GIF("gif", BufferedImage.TYPE_BYTE_INDEXED),
        BMP("bmp", BufferedImage.TYPE_3BYTE_BGR),
    }

    /** Bubbles on a ground that goes from one colour to another, or on none where the file can be transparent. */
    private fun drawing(number: Int, kind: Kind): BufferedImage {
        val random = Random(number.toLong())
        val width = 20 + random.nextInt(620)
        val height = 20 + random.nextInt(460)
        fun colour(alpha: Int) = Color((random.nextInt(0x1000000)) or (alpha shl 24), true)

        val image = BufferedImage(width, height, kind.pixels)
        val pen = image.createGraphics()
        pen.setRenderingHint(KEY_ANTIALIASING, VALUE_ANTIALIAS_ON)
        if (kind != Kind.PNG || number % 8 == 0) {
            pen.paint = GradientPaint(0f, 0f, colour(255), width.toFloat(), height.toFloat(), colour(255))
            pen.fillRect(0, 0, width, height)
        }
        repeat(12) {
            val size = 10 + random.nextInt(1 + width / 3)
            val x = random.nextInt(width) - size / 2
            val y = random.nextInt(height) - size / 2
            pen.paint = colour(alpha = 160)
            pen.fillOval(x, y, size, size)
            pen.paint = Color.WHITE
            pen.stroke = BasicStroke(2f)
            pen.drawOval(x, y, size, size)
        }
        pen.dispose()
        return image
    }

    private fun encoded(image: BufferedImage, kind: Kind): ByteArray {
        val file = ByteArrayOutputStream()
        val isWritten = MemoryCacheImageOutputStream(file).use { ImageIO.write(image, kind.suffix, it) }
        check(isWritten) { "this Java cannot write $kind files" }
        return file.toByteArray()
    }

    /** A short PNG file that promises 30000 x 30000 pixels of four bytes: their reader has to ask for 3.6 GB. */
    private fun bomb(): ByteArray {
        val file = ByteArrayOutputStream()
        val out = DataOutputStream(file)
        fun chunk(type: String, content: ByteArray) {
            val body = type.toByteArray() + content
            out.writeInt(content.size)
            out.write(body)
            out.writeInt(CRC32().apply { update(body) }.value.toInt())
        }
        val side = 30_000
        val header = ByteArrayOutputStream()
        DataOutputStream(header).apply {
            writeInt(side)
            writeInt(side)
            write(byteArrayOf(8, 6, 0, 0, 0)) // eight bits each for red, green, blue and alpha; nothing unusual
        }
        val pixels = ByteArrayOutputStream()
        DeflaterOutputStream(pixels).use { it.write(ByteArray(1 + 4 * side)) } // the first row

        out.write(byteArrayOf(0x89.toByte(), 'P'.code.toByte(), 'N'.code.toByte(), 'G'.code.toByte(), 13, 10, 26, 10))
        chunk("IHDR", header.toByteArray())
        chunk("IDAT", pixels.toByteArray())
        chunk("IEND", ByteArray(0))
        return file.toByteArray()
    }

    companion object {
        const val GOOD = 200
        private const val HANGING = "endless.hang"
        private const val EXITING = "leaving.exit"

        /** What only a process of its own can contain. */
        val FAULTY: List<String> = listOf(HANGING, EXITING)
    }
}
