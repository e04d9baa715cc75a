package org.freethreading.wire

import java.io.DataInputStream
import java.io.IOException
import java.io.InputStream

/**
 * Reads from a class [file] which names the local variables of one method have when it begins, by slot: those are its
 * parameters. Null if the class has no debug information, or is not what we know.
 *
 *     magic, version | constants | flags, this, super, interfaces | fields | methods | ...
 *                      method: flags, name, descriptor, attributes; of these Code, in there LocalVariableTable
 */
internal fun parameterNames(file: InputStream, method: String, descriptor: String): Map<Int, String>? = try {
    ClassFile(DataInputStream(file.readNBytes(LIMIT).inputStream())).parameterNames(method, descriptor)
} catch (_: IOException) {
    null // cut short
} catch (_: IllegalStateException) {
    null // a kind of constant from the future
}

private class ClassFile(private val input: DataInputStream) {
    private val texts = HashMap<Int, String>()

    fun parameterNames(method: String, descriptor: String): Map<Int, String>? {
        skip(8) // magic and version
        readConstants()
        skip(6) // flags, this, super
        skip(2 * count()) // interfaces
        repeat(count()) { // fields
            skip(6)
            skipAttributes()
        }
        repeat(count()) {
            skip(2) // flags
            val isWanted = (text() == method) and (text() == descriptor) // both are read
            if (isWanted) return attribute("Code") { variables() }
            skipAttributes()
        }
        return null
    }

    private fun readConstants() {
        val end = count()
        var index = 1
        while (index < end) {
            val kind = input.readUnsignedByte()
            when (kind) {
                UTF8 -> texts[index] = input.readUTF()
                7, 8, 16, 19, 20 -> skip(2) // class, string, method type, module, package
                15 -> skip(3) // method handle
                3, 4, 9, 10, 11, 12, 17, 18 -> skip(4) // int, float, members, name and type, dynamic
                LONG, DOUBLE -> skip(8)
                else -> error("unknown constant $kind")
            }
            index += if (kind == LONG || kind == DOUBLE) 2 else 1
        }
    }

    private fun variables(): Map<Int, String>? {
        skip(4) // stack and locals
        skip(input.readInt()) // the code
        skip(8 * count()) // exception table
        return attribute("LocalVariableTable") {
            val names = HashMap<Int, String>()
            repeat(count()) {
                val start = count()
                skip(2) // length
                val name = text()
                skip(2) // type
                val slot = count()
                if (start == 0) names[slot] = name
            }
            names
        }
    }

    private fun <T> attribute(name: String, read: () -> T?): T? {
        repeat(count()) {
            val found = text()
            val size = input.readInt()
            if (found == name) return read()
            skip(size)
        }
        return null
    }

    private fun skipAttributes() {
        attribute<Unit>("") { null }
    }

    private fun text(): String = texts[count()].orEmpty()

    private fun count(): Int = input.readUnsignedShort()

    private fun skip(bytes: Int) = input.skipNBytes(bytes.toLong())
}

private const val UTF8 = 1
private const val LONG = 5
private const val DOUBLE = 6
private const val LIMIT = 4 shl 20 // larger than any class that people write
