package org.freethreading.worker

import org.freethreading.Codec
import org.freethreading.wire.FrameReader
import org.freethreading.wire.Parcel
import java.nio.file.Path

/** The first frame that a child gets, as [Making.beginning] writes it: who it is. */
internal class Beginning(payload: ByteArray) {
    val name: String

    /** Where large payloads lie. */
    val folders: List<Path>

    /** Where the memory lies that all processes of the program share. */
    val shared: List<Path>
    val backend: Parcel
    val depth: Int
    val share: Double
    val codec: Parcel?
    val settings: List<String>

    init {
        val frame = FrameReader(payload)
        name = frame.text()
        folders = List(frame.int()) { Path.of(frame.text()) }
        shared = List(frame.int()) { Path.of(frame.text()) }
        backend = frame.parcel()
        depth = frame.int()
        share = Double.fromBits(frame.long())
        codec = if (frame.byte() == 0) null else frame.parcel()
        settings = Settings.NONE.map { frame.text() }
    }
}
