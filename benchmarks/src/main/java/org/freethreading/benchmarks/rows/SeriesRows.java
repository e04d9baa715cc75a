package org.freethreading.benchmarks.rows;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.freethreading.Backend;
import org.freethreading.ProcessOptions;
import org.freethreading.benchmarks.rows.MemoryWork.Count;

/** The series. Those with a slope show whether the price of an operation grows with how much there is. */
final class SeriesRows {
    private static final Backend THREADS = Backend.threads();
    private static final String OURS = "freethreading, processes";
    private static final String OURS_ON_THREADS = "freethreading, threads";

    private SeriesRows() {}

    static List<Series> of(Backend processes) {
        return List.of(
                new Series(
                        "queue-by-size",
                        "Queue between processes: throughput by item size",
                        "item size (bytes)",
                        List.of(8L, 64L, 512L, 4_096L, 32_768L, 262_144L, 1_048_576L),
                        length -> (int) Math.max(20, Math.min(20_000, (8L << 20) / length)),
                        Row.Unit.NANOSECONDS,
                        0,
                        "",
                        List.of(
                                new Side(OURS, (size, length) -> QueueWork.bytes(size, (int) length, processes)),
                                Side.python("Python multiprocessing.Queue"))),
                new Series(
                        "pool-by-length",
                        "Pool of two workers: throughput by task length",
                        "task length (µs)",
                        List.of(1L, 10L, 100L, 1_000L, 10_000L),
                        micros -> (int) Math.max(20, Math.min(2_000, 40_000 / micros)),
                        Row.Unit.NANOSECONDS,
                        0,
                        "",
                        List.of(
                                new Side(OURS, (size, micros) -> PoolWork.busy(size, 1_000 * micros, processes)),
                                new Side(
                                        OURS_ON_THREADS,
                                        (size, micros) -> PoolWork.busy(size, 1_000 * micros, THREADS)),
                                new Side(
                                        "ThreadPoolExecutor",
                                        (size, micros) -> PoolWork.javaBusy(size, 1_000 * micros)),
                                Side.python("Python Pool.imap"))),
                new Series(
                        "workers",
                        "Pool: cost of a trivial task by number of workers",
                        "workers",
                        List.of(1L, 4L, 16L, 64L),
                        workers -> Math.toIntExact(Math.max(5_000, 200 * workers)), // so that each gets warm
                        Row.Unit.NANOSECONDS,
                        1,
                        "",
                        List.of(
                                new Side(
                                        OURS,
                                        (size, workers) -> PoolWork.imap(size, (int) workers, patient(processes))),
                                new Side(
                                        OURS_ON_THREADS,
                                        (size, workers) -> PoolWork.imap(size, (int) workers, THREADS)),
                                Side.python("Python Pool.imap"))),
                new Series(
                        "queues",
                        "Queues between processes: cost by number of queues",
                        "queues",
                        powersOfTen(5),
                        count -> 20_000,
                        Row.Unit.NANOSECONDS,
                        1,
                        "",
                        List.of(
                                new Side(
                                        "put and take on one of them",
                                        (size, count) -> ManyQueues.useOneOf(count, size, processes)),
                                new Side("make one", (size, count) -> ManyQueues.makeAll(count, processes)))),
                new Series(
                        "pending",
                        "Pool imap: cost of a trivial task by length of the input, heap of 128 MB",
                        "tasks",
                        powersOfTen(7),
                        count -> Math.toIntExact(count),
                        Row.Unit.NANOSECONDS,
                        10_000,
                        "128m",
                        List.of(
                                new Side(OURS, (size, count) -> PoolWork.imap(size, PoolWork.WORKERS, processes)),
                                new Side(
                                        OURS_ON_THREADS,
                                        (size, count) -> PoolWork.imap(size, PoolWork.WORKERS, THREADS)))),
                new Series(
                        "memory-per-worker",
                        "Memory of an idle worker, by number of workers",
                        "workers",
                        List.of(1L, 2L, 4L, 8L),
                        Math::toIntExact,
                        Row.Unit.BYTES,
                        0,
                        "",
                        List.of(
                                new Side(
                                        "freethreading, resident",
                                        (size, count) -> MemoryWork.child(size, Count.RESIDENT, processes)),
                                new Side(
                                        "freethreading, proportional",
                                        (size, count) -> MemoryWork.child(size, Count.PROPORTIONAL, processes)),
                                new Side("bare java, resident", (size, count) -> MemoryWork.bare(size, Count.RESIDENT)),
                                new Side(
                                        "bare java, proportional",
                                        (size, count) -> MemoryWork.bare(size, Count.PROPORTIONAL)),
                                Side.python("Python forkserver, proportional"))));
    }

    /** Two processors need their time for 64 JVMs at once. */
    private static Backend patient(Backend backend) {
        if (!backend.name().equals("processes")) return backend;
        return Backend.processes(
                ProcessOptions.builder().startTimeout(Duration.ofMinutes(3)).build());
    }

    private static List<Long> powersOfTen(int highest) {
        return LongStream.iterate(1, power -> power * 10)
                .limit(highest + 1L)
                .boxed()
                .toList();
    }
}
