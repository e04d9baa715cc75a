package org.freethreading.benchmarks.rows;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.freethreading.Backend;
import org.freethreading.SharedLong;
import org.freethreading.benchmarks.rows.Work.Timed;

/** Counts a shared number up: alone, or many workers at once. */
final class SharedWork {
    private SharedWork() {}

    static Work alone(int size, Backend backend) {
        var number = new SharedLong(0, backend);
        return new Timed(
                size,
                size,
                () -> {
                    long before = number.get();
                    for (int i = 0; i < size; i++) number.getAndAdd(1);
                    return number.get() - before;
                },
                () -> {});
    }

    static Work atomicAlone(int size) {
        var number = new AtomicLong();
        return new Timed(
                size,
                size,
                () -> {
                    long before = number.get();
                    for (int i = 0; i < size; i++) number.getAndAdd(1);
                    return number.get() - before;
                },
                () -> {});
    }

    /** Each of {@code workers} counts up {@code size} times; the time is that of all, for one worker's operation. */
    static Work crowd(int size, int workers, Backend backend) {
        var number = new SharedLong(0, backend);
        return crowd(
                size,
                workers,
                number::get,
                ignored -> Companion.worker(backend, times -> {
                    for (int i = 0; i < times; i++) number.getAndAdd(1);
                    return (long) times;
                }));
    }

    static Work atomicCrowd(int size, int workers) {
        var number = new AtomicLong();
        return crowd(
                size,
                workers,
                number::get,
                ignored -> Companion.thread(ThreadKind.PLATFORM.factory(), times -> {
                    for (int i = 0; i < times; i++) number.getAndAdd(1);
                    return (long) times;
                }));
    }

    private static Work crowd(int size, int workers, LongSupplier number, IntFunction<Companion> one) {
        var all = IntStream.range(0, workers).mapToObj(one).toList();
        return new Timed(
                size,
                (long) size * workers,
                () -> {
                    long before = number.getAsLong();
                    for (var worker : all) worker.begin(size);
                    for (var worker : all) worker.finish();
                    return number.getAsLong() - before;
                },
                () -> all.forEach(Companion::close));
    }
}
