package org.freethreading.benchmarks.rows;

import java.util.List;
import org.freethreading.Backend;
import org.freethreading.benchmarks.Transport;
import org.freethreading.benchmarks.rows.MemoryWork.Count;

/** What the library must reach: a row, or several, for each line of the design's table of goals. */
final class DesignRows {
    private static final Backend THREADS = Backend.threads();
    private static final Side MP_QUEUE = Side.python("`multiprocessing.Queue`");
    private static final Side CHANNEL = new Side(
            "kotlinx `Channel`",
            (size, capacity) -> QueueWork.transport(size, 0, Transport.Kind.CHANNEL_FROM_COROUTINE));
    private static final Side BOUNDED_CHANNEL = new Side(
            "kotlinx `Channel`",
            (size, capacity) -> QueueWork.transport(size, 1000, Transport.Kind.CHANNEL_FROM_COROUTINE));
    private static final Side LINKED = new Side(
            "`LinkedBlockingQueue`",
            (size, capacity) -> QueueWork.transport(size, 0, Transport.Kind.LINKED_BLOCKING_QUEUE));
    private static final Side BOUNDED_LINKED = new Side(
            "`LinkedBlockingQueue`",
            (size, capacity) -> QueueWork.transport(size, 1000, Transport.Kind.LINKED_BLOCKING_QUEUE));

    private DesignRows() {}

    static List<Row> of(Backend processes) {
        return List.of(
                Row.of(
                        "lock",
                        "lock and unlock, one worker, processes",
                        100_000,
                        Goal.ratio(1 / 6.0),
                        (size, none) -> LockWork.lock(size, processes),
                        Side.python("`multiprocessing.Lock`")),
                Row.of(
                        "lock-threads",
                        "lock and unlock, one worker, threads",
                        100_000,
                        Goal.ratio(1.2),
                        (size, none) -> LockWork.lock(size, THREADS),
                        new Side("`ReentrantLock`", (size, none) -> LockWork.reentrantLock(size))),
                Row.of(
                        "queue",
                        "queue, small items, to a worker, processes",
                        100_000,
                        Goal.ratio(1 / 20.0),
                        (size, none) -> QueueWork.numbers(size, 0, processes),
                        MP_QUEUE),
                Row.of(
                        "queue-bounded",
                        "the same, at most 1000 items at a time",
                        100_000,
                        Goal.ratio(1 / 20.0),
                        (size, none) -> QueueWork.numbers(size, 1000, processes),
                        MP_QUEUE),
                Row.of(
                        "queue-threads",
                        "queue, small items, threads, blocking",
                        100_000,
                        Goal.ratio(1),
                        (size, none) -> QueueWork.transport(size, 0, Transport.Kind.QUEUE),
                        LINKED,
                        CHANNEL),
                Row.of(
                        "queue-threads-bounded",
                        "the same, at most 1000 items at a time",
                        100_000,
                        Goal.ratio(1),
                        (size, none) -> QueueWork.transport(size, 1000, Transport.Kind.QUEUE),
                        BOUNDED_LINKED,
                        BOUNDED_CHANNEL),
                Row.of(
                        "queue-coroutines",
                        "queue, small items, threads, suspending",
                        100_000,
                        Goal.ratio(1),
                        (size, none) -> QueueWork.transport(size, 0, Transport.Kind.QUEUE_FROM_COROUTINE),
                        LINKED,
                        CHANNEL),
                Row.of(
                        "queue-coroutines-bounded",
                        "the same, at most 1000 items at a time",
                        100_000,
                        Goal.ratio(1),
                        (size, none) -> QueueWork.transport(size, 1000, Transport.Kind.QUEUE_FROM_COROUTINE),
                        BOUNDED_LINKED,
                        BOUNDED_CHANNEL),
                Row.of(
                        "queue-paced",
                        "queue, there and back when all are asleep, processes",
                        50,
                        Goal.ratio(1 / 2.0),
                        (size, none) -> QueueWork.paced(size, processes),
                        MP_QUEUE),
                Row.of(
                        "map",
                        "pool `map` of a trivial function, default chunks, processes",
                        200_000,
                        Goal.ratio(1 / 2.0),
                        (size, none) -> PoolWork.map(size, processes),
                        Side.python("`Pool.map`")),
                Row.of(
                        "imap",
                        "pool `imap` of a trivial function, chunk 1, processes",
                        5_000,
                        Goal.ratio(1 / 10.0),
                        (size, none) -> PoolWork.imap(size, PoolWork.WORKERS, processes),
                        Side.python("`Pool.imap`")),
                Row.of(
                        "submit",
                        "executor `submit().get()`, one at a time, processes",
                        1_000,
                        Goal.ratio(1 / 5.0),
                        (size, none) -> PoolWork.submit(size, processes),
                        Side.python("`ProcessPoolExecutor`")),
                Row.of(
                        "submit-argument",
                        "the same, with a number as argument",
                        1_000,
                        Goal.ratio(1 / 5.0),
                        (size, none) -> PoolWork.submitArgument(size, processes),
                        Side.python("`ProcessPoolExecutor`")),
                Row.of(
                        "argument",
                        "pool `apply` with an argument of 16 MiB, processes",
                        8,
                        Goal.ratio(1 / 10.0),
                        (size, none) -> PoolWork.argument(size, processes),
                        Side.python("`Pool.apply`")),
                Row.of(
                        "submit-threads",
                        "executor `submit().get()`, one at a time, threads",
                        2_000,
                        Goal.ratio(1.2),
                        (size, none) -> PoolWork.submit(size, THREADS),
                        new Side(
                                "`ThreadPoolExecutor`",
                                (size, none) -> PoolWork.javaSubmit(size, ThreadKind.PLATFORM))),
                Row.of(
                        "burst-threads",
                        "the same, all submitted before the first result",
                        10_000,
                        Goal.ratio(1.2),
                        (size, none) -> PoolWork.burst(size, THREADS),
                        new Side(
                                "`ThreadPoolExecutor`", (size, none) -> PoolWork.javaBurst(size, ThreadKind.PLATFORM))),
                Row.of(
                        "start",
                        "start and join of a worker, a spare is warm, processes",
                        1,
                        Goal.ratio(1 / 3.0),
                        (size, none) -> StartWork.warm(size, processes),
                        Side.python("`forkserver`")),
                Row.of(
                        "start-8",
                        "start and join of 8 workers at once, processes",
                        8,
                        Goal.ratio(1),
                        (size, none) -> StartWork.warm(size, processes),
                        Side.python("`forkserver`")),
                Row.of(
                                "cold-start-25",
                                "start and join of a worker, fresh program, JDK 25 or later",
                                1,
                                Goal.ratio(1),
                                (size, none) -> StartWork.cold(size, processes),
                                Side.python("`spawn`"))
                        .on(JdkRange.WITH_AOT_CACHE),
                Row.of(
                                "cold-start-17",
                                "the same, JDK 17 to 23",
                                1,
                                Goal.ratio(1.5),
                                (size, none) -> StartWork.cold(size, processes),
                                Side.python("`spawn`"))
                        .on(JdkRange.BEFORE_AOT_CACHE),
                Row.of(
                                "memory",
                                "idle child, resident memory",
                                1,
                                Goal.megabytesMore(15),
                                (size, none) -> MemoryWork.child(size, Count.RESIDENT, processes),
                                new Side(
                                        "a bare `java` that sleeps",
                                        (size, none) -> MemoryWork.bare(size, Count.RESIDENT)))
                        .inBytes(),
                Row.of(
                        "loop",
                        "from a worker's loop to another's and back, threads",
                        2_000,
                        Goal.ratio(1 / 5.0),
                        (size, none) -> LoopWork.fromLoop(size, THREADS),
                        Side.python("`asyncio.run_coroutine_threadsafe`")),
                Row.of(
                        "loop-outside",
                        "from a plain thread to a worker's loop and back, threads",
                        2_000,
                        Goal.ratio(1 / 5.0),
                        (size, none) -> LoopWork.fromOutside(size, THREADS),
                        Side.python("`asyncio.run_coroutine_threadsafe`")));
    }
}
