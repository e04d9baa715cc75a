package org.freethreading.benchmarks.rows;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.freethreading.Backend;
import org.freethreading.benchmarks.Transport;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Queue;
import org.freethreading.java.SimpleQueue;

/** Items through a queue, from the caller to another worker, which adds them up. */
final class QueueWork {
    private static final int PACE_MILLIS = 2; // in which everybody falls asleep
    private static final int UNPACED = 20_000; // until the code is compiled: at that pace it would take minutes

    private QueueWork() {}

    static Work numbers(int size, int capacity, Backend backend) {
        var queue = new Queue<Integer>(capacity, backend);
        var companion = Companion.worker(backend, times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) sum += queue.take();
            return sum;
        });
        return new Timed(
                size,
                size * (size - 1L) / 2,
                () -> {
                    companion.begin(size);
                    for (int i = 0; i < size; i++) queue.put(i);
                    return companion.finish();
                },
                companion::close);
    }

    static Work simple(int size, Backend backend) {
        var queue = new SimpleQueue<Integer>(backend);
        var companion = Companion.worker(backend, times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) sum += queue.get();
            return sum;
        });
        return new Timed(
                size,
                size * (size - 1L) / 2,
                () -> {
                    companion.begin(size);
                    for (int i = 0; i < size; i++) queue.put(i);
                    return companion.finish();
                },
                companion::close);
    }

    static Work javaNumbers(int size, int capacity, ThreadKind kind) {
        BlockingQueue<Integer> queue = new LinkedBlockingQueue<>(capacity == 0 ? Integer.MAX_VALUE : capacity);
        var companion = Companion.thread(kind.factory(), times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) sum += queue.take();
            return sum;
        });
        return new Timed(
                size,
                size * (size - 1L) / 2,
                () -> {
                    companion.begin(size);
                    for (int i = 0; i < size; i++) queue.put(i);
                    return companion.finish();
                },
                companion::close);
    }

    /** Small numbers from another thread or coroutine to this one: what {@code QueueBenchmark} measures. */
    static Work transport(int size, int capacity, Transport.Kind kind) {
        var transport = kind.make(capacity, size);
        long expected = 0;
        for (int i = 0; i < size; i++) expected += Transport.item(i);
        return new Timed(size, expected, () -> transport.transfer(size), transport::close);
    }

    /** Arrays of {@code length} bytes. */
    static Work bytes(int size, int length, Backend backend) {
        var payload = Payload.of(length);
        var queue = new Queue<byte[]>(backend);
        var companion = Companion.worker(backend, times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) sum += Payload.checksum(queue.take());
            return sum;
        });
        return new Timed(
                size,
                size * Payload.checksum(payload),
                () -> {
                    companion.begin(size);
                    for (int i = 0; i < size; i++) queue.put(payload);
                    return companion.finish();
                },
                companion::close);
    }

    /** There and back, when all have fallen asleep in between; the time is that of both ways. */
    static Work paced(int size, Backend backend) throws Exception {
        var there = new Queue<Integer>(backend);
        var back = new Queue<Integer>(backend);
        var companion = Companion.worker(backend, times -> {
            for (int i = 0; i < times; i++) back.put(there.take());
            return (long) times;
        });
        companion.begin(UNPACED);
        for (int i = 0; i < UNPACED; i++) {
            there.put(i);
            back.take();
        }
        companion.finish();
        return new Work() {
            @Override
            public double sample() throws Exception {
                companion.begin(size);
                double sum = 0;
                for (int i = 0; i < size; i++) {
                    int number = i;
                    Thread.sleep(PACE_MILLIS);
                    sum += new Timed(1, number, () -> ask(number), () -> {}).sample();
                }
                if (companion.finish() != size) throw new IllegalStateException("not all numbers came back");
                return sum / size;
            }

            private long ask(int number) throws InterruptedException {
                there.put(number);
                return back.take();
            }

            @Override
            public void close() {
                companion.close();
            }
        };
    }
}
