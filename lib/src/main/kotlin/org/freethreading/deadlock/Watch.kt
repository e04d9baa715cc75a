package org.freethreading.deadlock

import org.freethreading.cell.Inquiry
import org.freethreading.cell.SharedMemory
import org.freethreading.warn
import java.io.IOException
import java.io.UncheckedIOException
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE

/** Whether locks are watched in this process, and what for. Reads the property, and tells the other processes. */
internal object Watch : Inquiry.Respondent {
    /**
     * Whether it is to be recorded who takes a lock and where. Read whenever a lock is taken, so it is a plain field:
     * who sees it late records a little less.
     */
    @JvmField
    var isOn = false

    @Volatile
    var isDetecting = false
        private set

    @Volatile
    var isOrdering = false
        private set

    /** The value of the property that was read last. */
    @Volatile
    private var text = ""

    /**
     * Does what the system property says, if that has changed.
     *
     * @throws IllegalArgumentException if it makes no sense
     */
    fun look() {
        if (take(System.getProperty(PROPERTY) ?: return)) tell()
    }

    /** Returns whether it is news. */
    private fun take(value: String): Boolean {
        if (value == text) return false
        val names = value.split(',').map { it.trim() }.filter { it != "" }
        require(NAMES.containsAll(names)) {
            "system property $PROPERTY is '$value', and must be one of ${NAMES.joinToString()}, or both with a comma " +
                "between"
        }
        text = value
        set(isDetecting || DETECT_NAME in names, isOrdering || ORDER_NAME in names)
        return true
    }

    /** Also in all other processes, those included that are still to start. */
    fun turnOn(detect: Boolean = false, order: Boolean = false) {
        look()
        set(isDetecting || detect, isOrdering || order)
        tell()
    }

    fun turnOff() {
        set(detect = false, order = false)
        tell()
    }

    private fun set(detect: Boolean, order: Boolean) {
        val isNew = detect && !isDetecting
        isDetecting = detect
        isOrdering = order
        isOn = detect || order
        if (isNew) Lookout.look()
    }

    /**
     * Bells have no order, so what counts is what is written down; they only ask whether it was read. It is waited for
     * the answers, so that what others do afterwards is watched, but not for long: who is stopped answers when it goes
     * on. A process that begins its work later is told then.
     */
    private fun tell() {
        setProperty()
        val memory = try {
            SharedMemory.ownIfShared ?: return
        } catch (failure: UncheckedIOException) { // who cannot share memory can tell nobody
            return warn("other processes could not be told whether to look for deadlocks: {0}", "$failure")
        }
        try {
            val folder = memory.folders.first()
            val unfinished = Files.createTempFile(folder, SETTING_FILE, null)
            Files.writeString(unfinished, text)
            Files.move(unfinished, folder.resolve(SETTING_FILE), ATOMIC_MOVE)
        } catch (failure: IOException) {
            warn("other processes could not be told whether to look for deadlocks: {0}", "$failure")
        }
        memory.inquiry.run { ask(others, SETTING, TELL_NANOS) }
    }

    /** It may be anything, if a child has gone mad. */
    private fun readSetting(folder: Path) {
        val file = folder.resolve(SETTING_FILE)
        if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) return // nobody has written one
        val names = try {
            file.toFile().inputStream().use { String(it.readNBytes(MOST_BYTES)) }.split(',')
        } catch (_: IOException) {
            return // it is gone
        }
        set(DETECT_NAME in names, ORDER_NAME in names)
        setProperty()
    }

    /** Children inherit it. */
    private fun setProperty() {
        val names = listOfNotNull(DETECT_NAME.takeIf { isDetecting }, ORDER_NAME.takeIf { isOrdering })
        text = names.joinToString(",")
        if (names.isEmpty()) System.clearProperty(PROPERTY) else System.setProperty(PROPERTY, text)
    }

    override fun answer(topic: Int): ByteArray {
        if (topic != SETTING) return Search.answer(topic)
        SharedMemory.ownIfAny?.let { readSetting(it.folders.first()) }
        return ByteArray(0)
    }

    override fun answerIsLate() = isTold(LOOK)

    override fun isTold(topic: Int) {
        if (isDetecting) Lookout.look()
    }

    override fun mayHaveMissed(folder: Path) {
        readSetting(folder)
        isTold(LOOK)
    }

    const val PROPERTY = "freethreading.deadlocks"
    private const val DETECT_NAME = "detect"
    private const val ORDER_NAME = "order"
    private val NAMES = listOf(DETECT_NAME, ORDER_NAME)

    /** What another process is told: to look for deadlocks. */
    const val LOOK = 1

    /** What another process is asked, beside what [Search] asks: to read what is to be watched. */
    private const val SETTING = 3
    private const val TELL_NANOS = 1_000_000_000L
    private const val SETTING_FILE = "deadlocks.setting"
    private const val MOST_BYTES = 100

    init {
        Inquiry.answerBy(this)
        try {
            System.getProperty(PROPERTY)?.let(::take) // for a process that gets all its locks from others
        } catch (_: IllegalArgumentException) {
            // Whoever makes a lock is told.
        }
    }
}
