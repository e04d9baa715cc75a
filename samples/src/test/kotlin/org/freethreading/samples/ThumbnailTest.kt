package org.freethreading.samples

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.shouldBe
import java.awt.image.BufferedImage
import java.awt.image.BufferedImage.TYPE_INT_ARGB
import java.awt.image.BufferedImage.TYPE_INT_RGB
import java.io.ByteArrayInputStream
import java.io.IOException
import java.nio.file.Path
import javax.imageio.ImageIO
import kotlin.io.path.writeBytes

class ThumbnailTest :
    FunSpec({
        timeout = 20_000

        val sizes = mapOf(
            (400 to 100) to (200 to 50),
            (100 to 300) to (67 to 200),
            (201 to 201) to (200 to 200),
            (200 to 200) to (200 to 200),
            (3 to 5) to (3 to 5),
            (1000 to 1) to (200 to 1),
        )
        for ((size, expected) in sizes) {
            test("of $size has the size $expected") {
                val picture = picture(Scratch.newFolder().resolve("a.png"), size.first, size.second) { _, _ -> RED }

                val thumbnail = read(thumbnail("${picture.toUri()}"))

                (thumbnail.width to thumbnail.height) shouldBe expected
                thumbnail.pixels().forAll { it shouldBe RED }
            }
        }

        test("is made of all pixels, not of some") {
            val lattice = picture(Scratch.newFolder().resolve("a.png"), 799, 801) { x, y -> if ((x + y) % 2 == 0) BLACK else WHITE }

            val thumbnail = read(thumbnail("${lattice.toUri()}"))

            thumbnail.pixels().forAll { (it and 0xff) shouldBeInRange 126..129 }
        }

        test("takes no colour from pixels that cannot be seen") {
            val picture = picture(Scratch.newFolder().resolve("a.png"), 400, 400) { x, _ -> if (x % 4 < 2) RED else SEE_THROUGH_GREEN }

            val thumbnail = read(thumbnail("${picture.toUri()}"))

            thumbnail.pixels().filter { it ushr 24 != 0 }.forAll { (it and 0xffffff) shouldBe (RED and 0xffffff) }
        }

        test("is on white where JPEG cannot be transparent") {
            val picture = picture(Scratch.newFolder().resolve("a.jpg"), 400, 400, kind = "png") { _, _ -> SEE_THROUGH_GREEN }

            val thumbnail = read(thumbnail("${picture.toUri()}"))

            thumbnail.pixels().forAll { it shouldBe WHITE }
        }

        for (kind in listOf("png", "jpg", "gif", "bmp")) {
            test("is none of a damaged $kind, wherever it is cut off") {
                val whole = picture(Scratch.newFolder().resolve("a.$kind"), 40, 30, kind) { x, y -> RED + x * y }
                val bytes = whole.toFile().readBytes()
                val cut = whole.resolveSibling("b.$kind")

                thumbnail("${whole.toUri()}")

                for (length in 0 until bytes.size * 9 / 10 step bytes.size / 40) {
                    cut.writeBytes(bytes.copyOf(length))
                    withClue("$length of ${bytes.size} bytes") { shouldThrow<IOException> { thumbnail("${cut.toUri()}") } }
                }
            }
        }
    })

private const val BLACK = 0xff000000.toInt()
private const val WHITE = 0xffffffff.toInt()
private const val RED = 0xffff0000.toInt()
private const val SEE_THROUGH_GREEN = 0x0000ff00

/** Draws the picture [file]. */
internal fun picture(
    file: Path,
    width: Int,
    height: Int,
    kind: String = file.toString().substringAfterLast('.'),
    colour: (x: Int, y: Int) -> Int,
): Path {
    val image = BufferedImage(width, height, if (kind == "png") TYPE_INT_ARGB else TYPE_INT_RGB)
    for (x in 0 until width) for (y in 0 until height) image.setRGB(x, y, colour(x, y))
    check(ImageIO.write(image, kind, file.toFile()))
    return file
}

internal fun read(file: ByteArray): BufferedImage = ImageIO.read(ByteArrayInputStream(file))

private fun BufferedImage.pixels(): List<Int> = getRGB(0, 0, width, height, null, 0, width).distinct()
