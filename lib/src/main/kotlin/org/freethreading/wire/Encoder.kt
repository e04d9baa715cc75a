package org.freethreading.wire

import org.freethreading.Codec
import java.io.DataOutputStream
import java.io.OutputStream

/**
 * Writes what travels: one byte that tells the form, then the rest of the stream in that form.
 *
 *     CODED   the bytes of the codec
 *     JSON    class name (modified UTF-8), then JSON in UTF-8
 *     GRAPH   a Java serialisation stream in which JsonBox stands for what is only `@Serializable`
 *
 * A function is always a graph: a codec knows values. What [isRaw] lets through is a graph here too; it may get a
 * shorter form of its own without a change to what travels.
 */
internal object Encoder {
    const val CODED = 1
    const val JSON = 2
    const val GRAPH = 3

    fun encodeCoded(value: Any?, codec: Codec, out: OutputStream) {
        out.write(CODED)
        out.write(codec.encode(value))
    }

    fun encodeValue(value: Any?, out: OutputStream) {
        val way = value?.let(::wayOf)
        if (way is Way.Json) encodeJson(JsonBox.of(value, way), out) else encodeGraph(value, out)
    }

    fun encodeGraph(root: Any?, out: OutputStream) {
        out.write(GRAPH)
        val graph = ShippingStream(out)
        graph.writeObject(root)
        graph.flush()
    }

    private fun encodeJson(box: JsonBox, out: OutputStream) {
        out.write(JSON)
        DataOutputStream(out).writeUTF(box.className)
        out.write(box.json.encodeToByteArray())
    }
}
