package org.freethreading.benchmarks.rows;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.freethreading.Backend;
import org.freethreading.WorkerCallable;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.WorkerPool;
import org.freethreading.java.WorkerPoolExecutor;

/** Tasks for pools and executors. */
final class PoolWork {
    static final int WORKERS = 2;

    private PoolWork() {}

    static Work submit(int size, Backend backend) {
        var executor = new WorkerPoolExecutor(WORKERS, backend);
        return new Timed(
                size,
                size,
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++)
                        sum += executor.submit(() -> 1).get();
                    return sum;
                },
                executor::close);
    }

    static Work submitArgument(int size, Backend backend) {
        var executor = new WorkerPoolExecutor(WORKERS, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++) {
                        int number = i;
                        sum += executor.submit(() -> number + 1).get();
                    }
                    return sum;
                },
                executor::close);
    }

    static Work javaSubmit(int size, ThreadKind kind) {
        var executor = Executors.newFixedThreadPool(WORKERS, kind.factory());
        return new Timed(
                size,
                size,
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++)
                        sum += executor.submit(() -> 1).get();
                    return sum;
                },
                executor::shutdown);
    }

    /** All are submitted before the first result is asked for. */
    static Work burst(int size, Backend backend) {
        var executor = new WorkerPoolExecutor(WORKERS, backend);
        return new Timed(
                size,
                size,
                () -> {
                    var results = new ArrayList<Future<Integer>>(size);
                    for (int i = 0; i < size; i++) results.add(executor.submit(() -> 1));
                    return sum(results);
                },
                executor::close);
    }

    static Work javaBurst(int size, ThreadKind kind) {
        var executor = Executors.newFixedThreadPool(WORKERS, kind.factory());
        return new Timed(size, size, () -> burst(size, () -> 1, executor), executor::shutdown);
    }

    private static long burst(int size, Callable<Integer> task, ExecutorService executor) throws Exception {
        var results = new ArrayList<Future<Integer>>(size);
        for (int i = 0; i < size; i++) results.add(executor.submit(task));
        return sum(results);
    }

    private static long sum(Iterable<Future<Integer>> results) throws Exception {
        long sum = 0;
        for (var result : results) sum += result.get();
        return sum;
    }

    /** One by one, as the results come, in chunks of one. */
    static Work imap(int size, int workers, Backend backend) {
        var pool = new WorkerPool(workers, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    try (var results = pool.imap(range(size), 1, number -> number + 1)) {
                        return results.mapToLong(Integer::longValue).sum();
                    }
                },
                pool::close);
    }

    static Work map(int size, Backend backend) {
        var pool = new WorkerPool(WORKERS, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    long sum = 0;
                    for (int result : pool.map(range(size), number -> number + 1)) sum += result;
                    return sum;
                },
                pool::close);
    }

    static Work argument(int size, Backend backend) {
        var payload = Payload.of(16 << 20);
        var pool = new WorkerPool(WORKERS, backend);
        return new Timed(
                size,
                size * Payload.checksum(payload),
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++) sum += pool.apply(Payload::checksum, payload);
                    return sum;
                },
                pool::close);
    }

    /** Tasks that keep a processor busy for {@code nanoseconds}, one by one. */
    static Work busy(int size, long nanoseconds, Backend backend) {
        var pool = new WorkerPool(WORKERS, backend);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    try (var results = pool.imap(range(size), 1, number -> spin(number, nanoseconds))) {
                        return results.mapToLong(Integer::longValue).sum();
                    }
                },
                pool::close);
    }

    static Work javaBusy(int size, long nanoseconds) {
        var executor = Executors.newFixedThreadPool(WORKERS);
        return new Timed(
                size,
                sumOfIncrements(size),
                () -> {
                    var results = new ArrayList<Future<Integer>>(size);
                    for (int i = 0; i < size; i++) {
                        int number = i;
                        results.add(executor.submit(() -> spin(number, nanoseconds)));
                    }
                    return sum(results);
                },
                executor::shutdown);
    }

    /** Keeps a processor busy; returns {@code number + 1}. */
    private static int spin(int number, long nanoseconds) {
        long end = System.nanoTime() + nanoseconds;
        while (System.nanoTime() - end < 0) Thread.onSpinWait();
        return number + 1;
    }

    /** For each task, from {@code submit} to its result. */
    static Latencies latencies(Backend backend) {
        var executor = new WorkerPoolExecutor(WORKERS, backend);
        WorkerCallable<Integer> task = () -> 1;
        return new Latencies(() -> executor.submit(task).get(), executor::close);
    }

    static Latencies javaLatencies() {
        var executor = Executors.newFixedThreadPool(WORKERS);
        Callable<Integer> task = () -> 1;
        return new Latencies(() -> executor.submit(task).get(), executor::shutdown);
    }

    static Iterable<Integer> range(int size) {
        return () -> IntStream.range(0, size).iterator();
    }

    static long sumOfIncrements(long size) {
        return size * (size + 1) / 2;
    }
}
