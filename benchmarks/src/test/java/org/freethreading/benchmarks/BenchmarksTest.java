package org.freethreading.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks do what they say they measure. */
@Timeout(60)
class BenchmarksTest {
    @Test
    void allAreListed() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        var listed = BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .map(benchmark -> benchmark.getUsername().substring("org.freethreading.benchmarks.".length()))
                .sorted()
                .toList();

        assertEquals(
                List.of(
                        "ArgumentBenchmark.apply",
                        "ContendedLockBenchmark.lock",
                        "ContendedLockBenchmark.lockFromCoroutine",
                        "ContendedLockBenchmark.mutexFromCoroutine",
                        "ContendedLockBenchmark.mutexWithoutWaiting",
                        "ContendedLockBenchmark.rLock",
                        "ContendedLockBenchmark.reentrantLock",
                        "EventBenchmark.alone",
                        "EventBenchmark.thereAndBack",
                        "ExecutorBenchmark.burstOnThreadPoolExecutor",
                        "ExecutorBenchmark.burstOnWorkerPoolExecutor",
                        "ExecutorBenchmark.threadPoolExecutor",
                        "ExecutorBenchmark.workerPoolExecutor",
                        "LockBenchmark.lock",
                        "LockBenchmark.lockFromCoroutine",
                        "LockBenchmark.mutexFromCoroutine",
                        "LockBenchmark.mutexWithoutWaiting",
                        "LockBenchmark.rLock",
                        "LockBenchmark.reentrantLock",
                        "LoopBenchmark.askLoop",
                        "LoopBenchmark.askThread",
                        "LoopBenchmark.loops",
                        "LoopBenchmark.threads",
                        "PoolMapBenchmark.parallelStream",
                        "PoolMapBenchmark.threadPoolExecutor",
                        "PoolMapBenchmark.workerPool",
                        "PoolMapBenchmark.workerPoolOneByOne",
                        "QueueBenchmark.producerToConsumer",
                        "QueueBenchmark.putAndTake",
                        "SemaphoreBenchmark.javaSemaphore",
                        "SemaphoreBenchmark.kotlinSemaphoreFromCoroutine",
                        "SemaphoreBenchmark.semaphore",
                        "SemaphoreBenchmark.semaphoreFromCoroutine",
                        "SharedLongBenchmark.atomicLong",
                        "SharedLongBenchmark.sharedLong",
                        "TogetherBenchmark.sample"),
                listed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void locksGuardTheCounter(String backend) throws Exception {
        var benchmark = new ContendedLockBenchmark();
        var locks = new LockBenchmark.Locks();
        locks.backend = backend;
        locks.make();
        int each = 20_000;
        guarded(benchmark.counter, each, 1, () -> benchmark.lock(locks));
        guarded(benchmark.counter, each, 1, () -> benchmark.rLock(locks));
        guarded(benchmark.counter, each, 1, benchmark::reentrantLock);
        guarded(benchmark.counter, each, 1, benchmark::mutexWithoutWaiting);
        guarded(benchmark.counter, 20, LockBenchmark.TIMES, () -> benchmark.lockFromCoroutine(locks));
        guarded(benchmark.counter, 20, LockBenchmark.TIMES, benchmark::mutexFromCoroutine);
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void semaphoresGuardTheCounter(String backend) throws Exception {
        var benchmark = new SemaphoreBenchmark();
        var semaphores = new SemaphoreBenchmark.Semaphores();
        semaphores.backend = backend;
        semaphores.make();
        guarded(benchmark.counter, 20_000, 1, () -> benchmark.semaphore(semaphores));
        guarded(benchmark.counter, 20_000, 1, benchmark::javaSemaphore);
        guarded(benchmark.counter, 20, SemaphoreBenchmark.TIMES, () -> benchmark.semaphoreFromCoroutine(semaphores));
        guarded(benchmark.counter, 20, SemaphoreBenchmark.TIMES, benchmark::kotlinSemaphoreFromCoroutine);
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void sharedNumbersCount(String backend) {
        var benchmark = new SharedLongBenchmark();
        var numbers = new SharedLongBenchmark.Numbers();
        numbers.backend = backend;
        numbers.make();
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, benchmark.sharedLong(numbers));
            assertEquals(i, benchmark.atomicLong());
        }
    }

    /** The work itself looks at its result. */
    @ParameterizedTest
    @CsvSource({"event-ask, threads", "condition, peer", "barrier, processes", "simple-queue, threads"})
    void workIsDoneTogether(String row, String side) throws Exception {
        var benchmark = new TogetherBenchmark();
        benchmark.row = row;
        benchmark.side = side;
        benchmark.open();
        try {
            assertTrue(benchmark.sample() > 0);
        } finally {
            benchmark.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void questionsAreAnswered(Signal.Kind kind) throws InterruptedException {
        var benchmark = new EventBenchmark();
        benchmark.kind = kind;
        benchmark.start();
        try {
            assertFalse(benchmark.alone().isSet());
            for (int i = 1; i <= 1000; i++) assertEquals(i, benchmark.thereAndBack());
        } finally {
            benchmark.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "QUEUE,                  1024", "QUEUE,                  0",
        "QUEUE_ON_PROCESSES,     1024", "QUEUE_ON_PROCESSES,     0",
        "LINKED_BLOCKING_QUEUE,  1024", "LINKED_BLOCKING_QUEUE,  0",
        "ARRAY_BLOCKING_QUEUE,   1024", "ARRAY_BLOCKING_QUEUE,   0",
        "QUEUE_FROM_COROUTINE,   1024", "QUEUE_FROM_COROUTINE,   0",
        "CHANNEL_FROM_COROUTINE, 1024", "CHANNEL_FROM_COROUTINE, 0",
    })
    void allItemsArrive(Transport.Kind kind, int capacity) throws InterruptedException {
        var benchmark = new QueueBenchmark();
        benchmark.kind = kind;
        benchmark.capacity = capacity;
        benchmark.open();
        try {
            assertEquals(sumOfItems(QueueBenchmark.ITEMS), benchmark.producerToConsumer());
            assertEquals(sumOfItems(QueueBenchmark.TIMES), benchmark.putAndTake());
            assertEquals(sumOfItems(QueueBenchmark.ITEMS), benchmark.producerToConsumer());
        } finally {
            benchmark.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void tasksGiveTheirResults(String backend) throws Exception {
        var benchmark = new ExecutorBenchmark();
        var workers = new ExecutorBenchmark.Workers();
        workers.backend = backend;
        workers.open();
        try {
            assertEquals(1, benchmark.workerPoolExecutor(workers));
            assertEquals(1, benchmark.threadPoolExecutor());
            assertEquals(ExecutorBenchmark.BURST, benchmark.burstOnWorkerPoolExecutor(workers));
            assertEquals(ExecutorBenchmark.BURST, benchmark.burstOnThreadPoolExecutor());
        } finally {
            workers.close();
            benchmark.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void allNumbersAreMapped(String backend) throws Exception {
        var expected =
                IntStream.rangeClosed(1, PoolMapBenchmark.NUMBERS).boxed().toList();
        var benchmark = new PoolMapBenchmark();
        var pool = new PoolMapBenchmark.Pool();
        pool.backend = backend;
        pool.open();
        try {
            assertEquals(expected, benchmark.workerPool(pool));
            assertEquals(sum(expected), benchmark.workerPoolOneByOne(pool));
            assertEquals(expected, benchmark.threadPoolExecutor());
            assertEquals(expected, benchmark.parallelStream());
        } finally {
            pool.close();
            benchmark.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "processes"})
    void argumentsArrive(String backend) throws Exception {
        var benchmark = new ArgumentBenchmark();
        benchmark.backend = backend;
        benchmark.bytes = 10_000;
        benchmark.open();
        try {
            assertEquals(10_000 + 4096 % 251 + 8192 % 251, benchmark.apply());
        } finally {
            benchmark.close();
        }
    }

    @Test
    void eachTripReachesTheOtherLoop() throws Exception {
        var benchmark = new LoopBenchmark();
        try {
            assertEquals(LoopBenchmark.TRIPS, benchmark.loops());
            assertEquals(LoopBenchmark.TRIPS + 1, benchmark.askLoop());
            benchmark.reset();
            assertEquals(LoopBenchmark.TRIPS, benchmark.threads());
            assertEquals(LoopBenchmark.TRIPS + 1, benchmark.askThread());
        } finally {
            benchmark.close();
        }
    }

    /** Two threads call {@code operation} {@code each} times, which counts {@code step} up each time. */
    private static void guarded(Counter counter, int each, int step, Callable<Long> operation) throws Exception {
        long before = counter.count();
        var threads = Executors.newFixedThreadPool(2);
        try {
            var tasks = new ArrayList<Callable<Void>>();
            for (int thread = 0; thread < 2; thread++) {
                tasks.add(() -> {
                    for (int i = 0; i < each; i++) assertTrue(operation.call() > before);
                    return null;
                });
            }
            for (var done : threads.invokeAll(tasks)) done.get();
        } finally {
            threads.shutdown();
        }
        assertEquals(before + 2L * each * step, counter.count());
    }

    private static long sum(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).sum();
    }

    private static long sumOfItems(int count) {
        return IntStream.range(0, count).mapToLong(Transport::item).sum();
    }
}
