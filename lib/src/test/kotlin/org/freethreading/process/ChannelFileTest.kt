package org.freethreading.process

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import org.freethreading.peers.Doorbell
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.WRITE

/** The file of a channel serves the next child when its own is dead; whoever still holds the old channel harms nobody. */
class ChannelFileTest : FunSpec({
    timeout = 10_000

    fun parent(file: ChannelFile) = Channel.ofParent(file, Doorbell.pair().first)

    fun child(file: ChannelFile) = Channel.ofChild(file.path, Doorbell.pair().second)

    /** A file, used before by a channel, which the test still holds. */
    fun usedBefore(use: (Channel) -> Unit): Pair<Channel, ChannelFile> {
        val file = ChannelFile.take()
        val old = parent(file).also(use)
        old.close()
        while (ChannelFile.kept.isNotEmpty()) ChannelFile.take().delete()
        old.giveBack()
        return old to ChannelFile.take().also { it.path shouldBe file.path }
    }

    test("is empty for the next child, whatever the last one has left in it") {
        val (_, file) = usedBefore { old ->
            repeat(3) { old.send(1, ByteArray(100)) }
            old.announceSleep()
            old.awaitRoom()
            old.command(1)
        }

        val child = child(file)
        child.isEmpty shouldBe true
        child.commands shouldBe 0
        parent(file).isEmpty shouldBe true
        file.delete()
    }

    test("takes no commands from the channel that had it before") {
        val (old, file) = usedBefore { }
        val child = child(file)

        old.command(1)
        child.commands shouldBe 0

        parent(file).command(1)
        child.commands shouldBe 1
        file.delete()
    }

    test("lets the channel that had it before neither stop nor cut off what runs now") {
        var ticket = 0
        val (old, file) = usedBefore {
            ticket = it.nextTicket
            it.open(0, ticket, 2)
            it.takeTicket()
        }
        val parent = parent(file)
        parent.nextTicket shouldNotBe ticket
        parent.open(0, parent.nextTicket, 2)
        val child = child(file)
        child.claim(0, parent.nextTicket, stamps = true) shouldBe 0

        old.stop(0, ticket, 0) shouldBe false
        old.cut(0, ticket, 0)
        old.running(0, ticket) shouldBe -1

        child.isStopped(0, parent.nextTicket) shouldBe false
        child.complete(0) shouldBe true
        child.claim(0, parent.nextTicket, stamps = true) shouldBe 1
        file.delete()
    }

    test("has a head again, whatever the last child has written there") {
        val (_, file) = usedBefore { }
        file.memory.putLong(0, 42)
        file.giveBack()

        val next = ChannelFile.take()
        child(next).isEmpty shouldBe true
        next.delete()
    }

    listOf<Pair<String, (Path) -> Unit>>(
        "deleted it" to Files::delete,
        "put another one in its place" to { path ->
            Files.delete(path)
            Files.write(path, ByteArray(Channel.SIZE))
        },
        "cut it short" to { path -> FileChannel.open(path, WRITE).use { it.truncate(100) } },
    ).forEach { (what, harm) ->
        test("is not used again when the last child has $what") {
            while (ChannelFile.kept.isNotEmpty()) ChannelFile.take().delete()
            val file = ChannelFile.take()
            harm(file.path)
            file.giveBack()

            val next = ChannelFile.take()
            next.path shouldNotBe file.path
            child(next).isEmpty shouldBe true
            next.delete()
        }
    }
})
