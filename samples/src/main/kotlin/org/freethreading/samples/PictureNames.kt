package org.freethreading.samples

import javax.imageio.ImageIO

private val suffixes: Set<String> by lazy { ImageIO.getReaderFileSuffixes().map { it.lowercase() }.toSet() }

/** Whether [name] is one that a picture has, of the kinds that this Java can read. */
internal fun isPicture(name: String): Boolean = suffixOf(name) in suffixes

/** Whether [name] is that of a JPEG file. */
internal fun isJpeg(name: String): Boolean = suffixOf(name) in setOf("jpg", "jpeg")

/**
 * The name of the thumbnail of [picture]: the same name for JPEG and PNG, `x.gif.png` for `x.gif`. And `x.gif.png.png`
 * for `x.gif.png`, so that no two pictures share a thumbnail.
 */
internal fun thumbnailName(picture: String): String {
    val keeps = (isJpeg(picture) || suffixOf(picture) == "png") && !isPicture(picture.substringBeforeLast('.'))
    return if (keeps) picture else "$picture.png"
}

private fun suffixOf(name: String) = name.substringAfterLast('.', "").lowercase()
