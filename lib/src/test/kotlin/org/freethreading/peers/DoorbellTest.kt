package org.freethreading.peers

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.freethreading.Scratch
import java.io.File
import java.net.StandardProtocolFamily
import java.net.UnixDomainSocketAddress
import java.nio.ByteBuffer
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit

class DoorbellTest : FunSpec({
    timeout = 30_000

    test("rings at the other end") {
        pair { here, there ->
            here.ring()

            there.await() shouldBe true
        }
    }

    test("rings once for many rings that nobody has heard yet") {
        pair { here, there ->
            repeat(100) { here.ring() }
            there.await() shouldBe true
            val next = CompletableFuture.supplyAsync { there.await() }

            next.isDone shouldBe false
            here.ring()
            next.get(10, TimeUnit.SECONDS) shouldBe true
        }
    }

    test("can be rung by a thread that is interrupted") {
        pair { here, there ->
            Thread.currentThread().interrupt()
            here.ring()
            Thread.interrupted() shouldBe true

            there.await() shouldBe true
            here.ring()
            there.await() shouldBe true
        }
    }

    test("can be rung any number of times though nobody listens") {
        pair { here, there ->
            repeat(100_000) { here.ring() }

            there.await() shouldBe true
        }
    }

    test("waits on though its thread is interrupted") {
        pair { here, there ->
            val waiting = CompletableFuture.supplyAsync {
                Thread.currentThread().interrupt()
                there.await() && !Thread.currentThread().isInterrupted
            }

            here.ring()
            waiting.get(10, TimeUnit.SECONDS) shouldBe true
        }
    }

    test("is woken from this end") {
        pair { here, _ ->
            here.wake()

            here.await() shouldBe true
        }
    }

    test("tells that the other end is gone, again and again, and rings into the void") {
        pair { here, there ->
            there.close()

            here.await() shouldBe false
            here.ring()
            here.await() shouldBe false
        }
    }

    test("tells so, too, if rings were not heard") {
        pair { here, there ->
            repeat(10) { here.ring() }
            there.close() // with bytes unread: the other end is reset

            here.await() shouldBe false
        }
    }

    test("ends the wait when it is closed at this end") {
        pair { here, _ ->
            val waiting = CompletableFuture.supplyAsync { here.await() }

            here.close()

            waiting.get(10, TimeUnit.SECONDS) shouldBe false
            here.ring()
            here.wake()
        }
    }

    test("delivers the last rings of one who then goes") {
        pair { here, there ->
            there.ring()
            there.close()

            here.await()
            here.await() shouldBe false
        }
    }
})

private fun pair(block: (here: Doorbell, there: Doorbell) -> Unit) {
    val address = UnixDomainSocketAddress.of(Scratch.newFile("bell").relativeTo(File("").absoluteFile).path) // a long one is refused
    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address).use { server ->
        val caller = SocketChannel.open(address)
        Doorbell(server.accept()).use { here -> Doorbell(caller).use { there -> block(here, there) } }
    }
}
