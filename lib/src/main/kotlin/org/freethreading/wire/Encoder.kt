package org.freethreading.wire

import org.freethreading.Codec
import java.io.DataOutputStream
import java.io.OutputStream

/**
 * Writes what has no raw form ([Form] shows all): with a codec, as JSON, or as a graph.
 *
 * @param leaving whether the bytes really go to another process. On threads in strict mode they don't, and a primitive
 *   made for threads counts as one that travels, since a program on processes would have made it for them.
 */
internal class Encoder(private val leaving: Boolean) {
    fun encodeCoded(value: Any?, codec: Codec, out: OutputStream) {
        out.write(Form.CODED)
        out.write(codec.encode(value))
    }

    fun encodeValue(value: Any?, out: OutputStream) {
        val way = value?.let(::wayOf)
        if (way is Way.Json) encodeJson(JsonBox.of(value, way), out) else encodeGraph(value, out)
    }

    fun encodeGraph(root: Any?, out: OutputStream) {
        out.write(Form.GRAPH)
        val graph = ShippingStream(out, leaving)
        graph.writeObject(root)
        graph.flush()
    }

    private fun encodeJson(box: JsonBox, out: OutputStream) {
        out.write(Form.JSON)
        DataOutputStream(out).writeUTF(box.className)
        out.write(box.json.encodeToByteArray())
    }
}
