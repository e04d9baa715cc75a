package org.freethreading.samples

import java.awt.Color
import java.awt.image.BufferedImage
import java.awt.image.BufferedImage.TYPE_INT_ARGB_PRE
import java.awt.image.BufferedImage.TYPE_INT_RGB
import java.awt.image.DataBufferInt
import kotlin.math.ceil
import kotlin.math.max
import kotlin.math.min
import kotlin.math.roundToInt

/**
 * Returns [image] so small that no side is longer than [longest] pixels. One that is small already stays as it is.
 *
 * Each new pixel is the mean of all that it covers, also of those that it covers in part. Colours count as much as they
 * are opaque, so that a transparent pixel lends none to its neighbours.
 */
internal fun shrunk(image: BufferedImage, longest: Int): BufferedImage {
    val ratio = max(image.width, image.height).toDouble() / longest
    if (ratio <= 1) return image
    val width = max(1, (image.width / ratio).roundToInt())
    val height = max(1, (image.height / ratio).roundToInt())

    val small = BufferedImage(width, height, if (image.colorModel.hasAlpha()) TYPE_INT_ARGB_PRE else TYPE_INT_RGB)
    val columns = List(width) { Span(it, image.width.toDouble() / width) }
    for (y in 0 until height) {
        val rows = Span(y, image.height.toDouble() / height)
        val band = pixels(copied(image, rows.first, rows.size, small.type))
        for (x in 0 until width) pixels(small)[x + y * width] = mean(band, image.width, columns[x], rows)
    }
    return small
}

/** Which of the old pixels the new one at [position] covers in one direction, and how much of each. */
private class Span(position: Int, ratio: Double) {
    private val start = position * ratio
    private val end = start + ratio
    val first = start.toInt()
    val size = max(1, ceil(end - EPSILON).toInt() - first)

    fun part(index: Int): Double = min(end, first + index + 1.0) - max(start, (first + index).toDouble())

    private companion object {
        /** Keeps the last span, whose end is not exact, from the row after the last. */
        const val EPSILON = 1e-6
    }
}

private fun mean(band: IntArray, width: Int, columns: Span, rows: Span): Int {
    var alpha = 0.0
    var red = 0.0
    var green = 0.0
    var blue = 0.0
    var total = 0.0
    for (row in 0 until rows.size) {
        for (column in 0 until columns.size) {
            val pixel = band[row * width + columns.first + column]
            val part = rows.part(row) * columns.part(column)
            alpha += part * (pixel ushr 24)
            red += part * (pixel shr 16 and 0xff)
            green += part * (pixel shr 8 and 0xff)
            blue += part * (pixel and 0xff)
            total += part
        }
    }
    fun byte(sum: Double) = (sum / total).roundToInt()
    return (byte(alpha) shl 24) or (byte(red) shl 16) or (byte(green) shl 8) or byte(blue)
}

/** A copy of some rows of [image], with pixels of another [type]; on white if they cannot be transparent. */
internal fun copied(image: BufferedImage, firstRow: Int, rows: Int, type: Int): BufferedImage {
    val copy = BufferedImage(image.width, rows, type)
    val pen = copy.createGraphics()
    if (!copy.colorModel.hasAlpha()) {
        pen.color = Color.WHITE
        pen.fillRect(0, 0, copy.width, rows)
    }
    pen.drawImage(image, 0, -firstRow, null)
    pen.dispose()
    return copy
}

private fun pixels(image: BufferedImage): IntArray = (image.raster.dataBuffer as DataBufferInt).data
