package org.freethreading

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.async
import kotlinx.coroutines.future.await
import org.freethreading.process.Payloads
import java.io.ObjectOutputStream
import java.io.Serializable
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

/** How a task can end its process, and what is told of it. */
private class Crime(
    val name: String,
    val exitCode: Int,
    val signal: String?,
    val likelyCause: String,
    val act: WorkerRunnable,
)

private val crimes = listOf(
    Crime("calls System.exit", 3, null, "the task called System\\.exit\\(3\\).*", { System.exit(3) }),
    Crime("calls Runtime.halt", 4, null, "the task called System\\.exit\\(4\\) or Runtime\\.halt.*", { Runtime.getRuntime().halt(4) }),
    Crime("fills the heap", 3, null, "out of memory \\(Java heap space\\).*", { fillTheHeap() }),
    Crime("kills its process", 128 + 9, "SIGKILL", "killed from outside.*", { signal("KILL", ProcessHandle.current().pid()) }),
    Crime("is ended politely", 128 + 15, "SIGTERM", ".*", { signal("TERM", ProcessHandle.current().pid()).also { blockForever() } }),
    Crime("writes where it must not", 128 + 6, "SIGABRT", "the JVM crashed: SIGSEGV.*", { writeWildly() }),
)

/** Ends its process while it is written, when most of it is in a file. */
private class Killing(private val bytes: ByteArray) : Serializable {
    private fun writeObject(out: ObjectOutputStream) {
        out.writeObject(bytes)
        out.flush()
        signal("KILL", ProcessHandle.current().pid())
        blockForever()
    }

    private companion object {
        const val serialVersionUID = 1L
    }
}

private const val ERROR_FILE = "-XX:ErrorFile="

/** How a task can hang, so that no interrupt helps. */
private val hangs = mapOf<String, WorkerRunnable>(
    "runs an endless loop" to WorkerRunnable { countForever() },
    "waits for itself" to WorkerRunnable { deadlock() },
    "ignores interrupts" to WorkerRunnable { while (true) runCatching { blockForever() } },
)

private fun fillTheHeap() {
    val all = ArrayList<LongArray>()
    while (true) all += LongArray(1 shl 16)
}

/** Through reflection, as the compiler warns of the type. */
private fun writeWildly() {
    val type = Class.forName("sun.misc.Unsafe")
    val unsafe = type.getDeclaredField("theUnsafe").also { it.isAccessible = true }.get(null)
    type.getMethod("putLong", Long::class.java, Long::class.java).invoke(unsafe, 8L, 42L)
}

@Volatile
private var sink = 0

/** Counted loops, which a JVM prefers not to interrupt by safepoints. */
private fun countForever() {
    while (true) {
        var sum = 0
        for (i in 0 until Int.MAX_VALUE) sum += i xor sum
        sink = sum
    }
}

private fun deadlock() {
    val locks = List(2) { ReentrantLock() }
    val both = CountDownLatch(2)
    fun lock(mine: Int) {
        locks[mine].lock()
        both.countDown()
        both.await()
        locks[1 - mine].lock()
    }
    thread(isDaemon = true) { lock(0) }
    lock(1)
}

private fun recurse(depth: Int): Int = 1 + recurse(depth + 1)

class ContainmentTest : FunSpec({
    timeout = 600_000 // of a whole context
    invocationTimeout = 120_000

    suspend fun WorkerPool.shouldBeWhole(name: String, workers: Int) {
        eventually(30.seconds) { pidsOf(name).count { !isGone(it) } shouldBe workers }
        val meeting = Meeting(workers)
        map(1..workers, chunkSize = 1) { meeting.await() }
    }

    context("a task that") {
        for (crime in crimes) {
            test("${crime.name} fails alone: the others are untouched, none is started twice, and the pool is whole again") {
                val backend = Backend.processes(ProcessOptions.builder().maxHeap("64m").build())
                WorkerPool.builder().workers(3).backend(backend).name("crew").build().use { pool ->
                    val begun = Journal<Int>()
                    val act = crime.act
                    val outcomes = pool.mapAll(0 until 60, chunkSize = 10) {
                        begun.put(it)
                        if (it == 25) {
                            System.err.println("last words")
                            act.runTask()
                        }
                        it
                    }

                    outcomes.filter { it.isSuccess }.map { it.get() } shouldContainExactly (0 until 60) - 25
                    val crash = outcomes[25].failure().get().shouldBeInstanceOf<WorkerCrashedException>()
                    crash.worker shouldMatch "crew-worker-[1-3]"
                    crash.pid shouldNotBe ProcessHandle.current().pid()
                    isGone(crash.pid) shouldBe true
                    crash.exitCode shouldBe crime.exitCode
                    crash.signal shouldBe crime.signal
                    crash.lastErrors shouldContain "last words"
                    crash.likelyCause.orEmpty() shouldMatch crime.likelyCause
                    crash.message shouldContain "worker '${crash.worker}' (pid ${crash.pid})"
                    crash.message shouldContain "last words"
                    begun.entries.sorted() shouldContainExactly (0 until 60).toList()
                    pool.shouldBeWhole("crew", 3)
                }
            }
        }

        test("crashes in native code leaves a log that the exception has, and no file elsewhere") {
            WorkerPool(1, PROCESSES).use { pool ->
                val crash = shouldThrow<WorkerCrashedException> { pool.call { writeWildly() } }

                crash.fatalErrorLog.shouldNotBeNull() shouldContain "SIGSEGV"
                java.io.File(".").list()!!.none { it.startsWith("hs_err") || it.startsWith("core") } shouldBe true
            }
        }

        for ((name, hang) in hangs) {
            test("$name fails at its deadline, its process is killed, and the others are untouched") {
                val limit = Duration.ofSeconds(3)
                WorkerPool.builder().workers(2).backend(PROCESSES).name("crew")
                    .taskTimeout(limit).gracePeriod(Duration.ofMillis(200)).build().use { pool ->
                        val pid = Journal<Long>()
                        val begun = Journal<Int>()
                        val outcomes = pool.mapAll(0 until 40, chunkSize = 10) {
                            begun.put(it)
                            if (it == 15) {
                                pid.put(Worker.currentIdent())
                                hang.runTask()
                            }
                            it
                        }

                        outcomes.filter { it.isSuccess }.map { it.get() } shouldContainExactly (0 until 40) - 15
                        outcomes[15].failure().get().shouldBeInstanceOf<TaskTimeoutException>().limit shouldBe limit
                        begun.entries.sorted() shouldContainExactly (0 until 40).toList()
                        val stuck = pid.next()
                        eventually(30.seconds) { isGone(stuck) shouldBe true }
                        pool.shouldBeWhole("crew", 2)
                        pidsOf("crew").none { it == stuck } shouldBe true
                    }
            }
        }

        test("is stopped by the system holds up nobody else, and its time still runs out") {
            WorkerPool.builder().workers(2).backend(PROCESSES).name("crew").gracePeriod(Duration.ofMillis(200)).build().use { pool ->
                val pid = Journal<Long>()
                val stopped = pool.withTimeout(Duration.ofSeconds(3)).future {
                    pid.put(Worker.currentIdent())
                    blockForever()
                }
                val stuck = pid.next()
                stop(stuck)

                pool.map(0 until 200) { Worker.currentIdent() }.none { it == stuck } shouldBe true
                stopped.isDone shouldBe false
                stopped.failed().shouldBeInstanceOf<TaskTimeoutException>()
                eventually(30.seconds) { isGone(stuck) shouldBe true }
                pool.shouldBeWhole("crew", 2)
            }
        }

        test("is stopped by the system at whatever moment, and what it was at ends in its time") {
            repeat(2 * effort) {
                WorkerPool.builder().workers(2).backend(PROCESSES).name("flood")
                    .taskTimeout(Duration.ofSeconds(1)).gracePeriod(Duration.ofMillis(200)).build().use { pool ->
                        pool.map(0 until 2_000, chunkSize = 1) { it }
                        val outcomes = async(start = UNDISPATCHED) { pool.mapAll(0 until 10_000, chunkSize = 1) { it } }
                        signal("STOP", pidsOf("flood").first { !isGone(it) })

                        val failures = outcomes.await().mapNotNull { it.failure().orElse(null) }
                        failures.forEach { it.shouldBeInstanceOf<TaskTimeoutException>() }
                        (failures.size <= 1) shouldBe true
                    }
            }
        }

        test("is stopped by the system without a time of its own does not keep terminate() waiting") {
            val pool = WorkerPool.builder().workers(1).backend(PROCESSES).name("crew").build()
            val pid = Journal<Long>()
            pool.future {
                pid.put(Worker.currentIdent())
                blockForever()
            }
            val stuck = pid.next()
            stop(stuck)
            pool.terminate()

            pool.join(30.seconds) shouldBe true
            eventually(30.seconds) { isGone(stuck) shouldBe true }
        }

        test("leaves something behind that blocks whoever opens it, where its JVM would write a log, keeps nobody waiting") {
            WorkerPool(1, PROCESSES).use { pool ->
                val crash = shouldThrow<WorkerCrashedException> {
                    pool.call {
                        val log = ManagementFactory.getRuntimeMXBean().inputArguments.first { it.startsWith(ERROR_FILE) }
                            .removePrefix(ERROR_FILE).replace("%p", "${ProcessHandle.current().pid()}")
                        check(ProcessBuilder("mkfifo", log).start().waitFor() == 0)
                        Runtime.getRuntime().halt(5)
                    }
                }
                crash.exitCode shouldBe 5
                pool.call { 1 } shouldBe 1
            }
        }

        test("is killed while it has a large result to send leaves no file of it") {
            fun files() = Payloads.own.folders.filter(Files::isDirectory)
                .flatMap { folder -> Files.list(folder).use { it.toList() } }
                .filter { "$it".endsWith(".payload") }

            WorkerPool.builder().workers(1).backend(PROCESSES).name("writer").build().use { pool ->
                val kept = pool.call { ByteArray(1_000_000) }
                shouldThrow<WorkerCrashedException> {
                    pool.call { Killing(ByteArray(1_000_000)) }
                }
                kept.size shouldBe 1_000_000
                eventually(30.seconds) { files() shouldBe emptyList() }
            }
        }

        test("returns more primitives than a message has room for fails by itself, and its worker goes on") {
            WorkerPool(1, PROCESSES).use { pool ->
                val worker = pool.call { ProcessHandle.current().pid() }

                shouldThrow<NotShippableException> {
                    pool.call { List(11_000) { SharedLong(0, PROCESSES) } }
                }.reason shouldMatch "what it shares with other processes takes 22000 handles, and \\d+ fit"

                pool.call { ProcessHandle.current().pid() } shouldBe worker
            }
        }

        test("overflows its stack fails by itself, and its worker goes on") {
            WorkerPool(1, PROCESSES).use { pool ->
                val pid = pool.call { Worker.currentIdent() }

                shouldThrow<StackOverflowError> { pool.call { recurse(0) } }
                pool.call { Worker.currentIdent() } shouldBe pid
            }
        }

        test("closes standard output harms no other") {
            WorkerPool(1, PROCESSES).use { pool ->
                pool.call {
                    System.out.close()
                    System.err.close()
                }
                pool.map(1..100) {
                    println("nobody hears this")
                    it
                } shouldBe (1..100).toList()
            }
        }

        test("prints very much is heard to the end, and takes no more memory than a little") {
            val megabytes = if (effort > 1) 1000 else 100
            val heard = AtomicLong()
            val output = WorkerOutput.consumer { line: String -> heard.addAndGet(line.length + 1L) }
            WorkerPool(2, Backend.processes(ProcessOptions.builder().output(output).maxHeap("64m").build())).use { pool ->
                val talking = pool.future {
                    val line = "x".repeat(1023)
                    repeat(megabytes * 1024) { println(line) }
                    "done"
                }

                pool.call { "another" } shouldBe "another"
                talking.await() shouldBe "done"
                eventually(60.seconds) { heard.get() shouldBe megabytes * 1024L * 1024 }
            }
        }
    }

    context("a crash in the middle of a chunk") {
        test("keeps the results of those before, and gives those after to a fresh worker") {
            WorkerPool.builder().workers(1).backend(PROCESSES).name("crew").build().use { pool ->
                val begun = Journal<Int>()
                val outcomes = pool.mapAll(0 until 10, chunkSize = 10) {
                    begun.put(it)
                    if (it == 5) Runtime.getRuntime().halt(9)
                    Worker.currentIdent()
                }

                outcomes.map { it.isSuccess } shouldBe List(10) { it != 5 }
                val before = outcomes.take(5).map { it.get() }.distinct().single()
                val after = outcomes.drop(6).map { it.get() }.distinct().single()
                before shouldNotBe after
                outcomes[5].failure().get().shouldBeInstanceOf<WorkerCrashedException>().pid shouldBe before
                begun.entries shouldContainExactly (0 until 10).toList()
            }
        }

        test("is the failure of the map, which stops") {
            val begun = Tally()
            WorkerPool(2, PROCESSES).use { pool ->
                val never = Signal()
                shouldThrow<WorkerCrashedException> {
                    pool.map(0 until 10_000, chunkSize = 10) {
                        begun.add()
                        if (it == 5) Runtime.getRuntime().halt(9)
                        if (it == 5_000) never.awaitBlocking() // the other worker gets no farther before the map stops it
                    }
                }.exitCode shouldBe 9

                pool.call { "alive" } shouldBe "alive"
            }
            (begun.count < 10_000) shouldBe true // now that nothing can begin any more
        }

        test("is tried again behind those that wait, who need not suffer from it once more") {
            WorkerPool.builder().workers(1).backend(PROCESSES).retries(1).build().use { pool ->
                val begun = Numbers()
                val first = Signal()
                val futures = List(6) { i ->
                    pool.future {
                        begun.put(i)
                        if (i == 0) first.awaitBlocking()
                        if (i == 1 && begun.entries.count { it == 1 } == 1) Runtime.getRuntime().halt(9)
                        i
                    }
                }
                first.set() // now that all of them wait

                futures.map { it.await() } shouldBe List(6) { it }
                begun.entries shouldBe listOf(0, 1, 2, 3, 4, 5, 1)
            }
        }

        test("is tried again as often as it is told, on another worker") {
            WorkerPool.builder().workers(1).backend(PROCESSES).retries(2).build().use { pool ->
                val tries = Journal<Long>()
                pool.map(0 until 10, chunkSize = 10) {
                    if (it == 5) {
                        tries.put(Worker.currentIdent())
                        if (tries.size < 3) Runtime.getRuntime().halt(9)
                    }
                    it
                } shouldBe (0 until 10).toList()
                tries.entries.distinct().size shouldBe 3

                shouldThrow<WorkerCrashedException> {
                    pool.call {
                        tries.put(Worker.currentIdent())
                        Runtime.getRuntime().halt(9)
                    }
                }
                tries.size shouldBe 6
            }
        }
    }

    context("a process that is killed from outside") {
        test("fails what it was doing, in each form, and nothing that waits") {
            WorkerPool.builder().workers(1).backend(PROCESSES).name("crew").build().use { pool ->
                val begun = Journal<Long>()
                val task = WorkerCallable<Int> {
                    begun.put(Worker.currentIdent())
                    blockForever()
                }
                val future = pool.future(task)
                val waiting = pool.future { Worker.currentIdent() }
                val first = begun.next()
                signal("KILL", first)

                val crash = shouldThrow<ExecutionException> { future.get() }.cause.shouldBeInstanceOf<WorkerCrashedException>()
                crash.pid shouldBe first
                crash.signal shouldBe "SIGKILL"
                waiting.await() shouldNotBe first

                val caller = Caller { pool.callBlocking(task) }
                signal("KILL", begun.next())
                caller.failure.await().shouldBeInstanceOf<WorkerCrashedException>()

                val deferred = pool.async { task.call() }
                signal("KILL", begun.next())
                shouldThrow<WorkerCrashedException> { deferred.await() }
                pool.shouldBeWhole("crew", 1)
            }
        }

        test("while it is idle is replaced before anybody asks") {
            WorkerPool.builder().workers(2).backend(PROCESSES).name("crew").build().use { pool ->
                pool.shouldBeWhole("crew", 2)
                val before = pidsOf("crew")
                before.forEach { signal("KILL", it) }

                eventually(30.seconds) { pidsOf("crew").count { it !in before && !isGone(it) } shouldBe 2 }
                pool.map(1..10) { it }.size shouldBe 10
            }
        }

        test("again and again does not keep a pool from its work for ever") {
            WorkerPool.builder().workers(2).backend(PROCESSES).name("crew").build().use { pool ->
                repeat(5) {
                    val crashes = pool.mapAll(1..4, chunkSize = 1) { Runtime.getRuntime().halt(1) }.count { !it.isSuccess }
                    crashes shouldBeGreaterThan 3
                }
                pool.call { "alive" } shouldBe "alive"
            }
        }
    }
})
