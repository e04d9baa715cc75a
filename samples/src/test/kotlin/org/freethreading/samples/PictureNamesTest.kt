package org.freethreading.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.shouldBe

class PictureNamesTest :
    FunSpec({
        timeout = 10_000

        test("tell a picture by the end, small or large") {
            listOf("a.png", "a.JPG", "a.jpeg", "a.gif", "a.Bmp", "a.b.png", ".png").filterNot(::isPicture) shouldBe emptyList()
            listOf("a", "png", "a.txt", "a.png.txt", "a.", "").filter(::isPicture) shouldBe emptyList()
        }

        test("stay those of thumbnails, if they are PNG or JPEG") {
            for (name in listOf("a.png", "a.PNG", "a.jpg", "a.jpeg", "a.b.png", "gif.png")) thumbnailName(name) shouldBe name
            thumbnailName("a.gif") shouldBe "a.gif.png"
            thumbnailName("a.BMP") shouldBe "a.BMP.png"
        }

        test("make names that differ") {
            val ends = listOf("png", "jpg", "gif")
            val once = ends.map { "a.$it" }
            val twice = once.flatMap { name -> ends.map { "$name.$it" } }
            val thrice = twice.flatMap { name -> ends.map { "$name.$it" } }

            (once + twice + thrice).map(::thumbnailName).shouldBeUnique()
        }
    })
