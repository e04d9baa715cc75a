package org.freethreading.benchmarks;

import org.freethreading.Backend;
import org.freethreading.benchmarks.Work.Timed;
import org.freethreading.java.Lock;
import org.freethreading.java.Queue;
import org.freethreading.java.WorkerPool;

/** The work of {@code rows.py} on primitives, done by freethreading: the same loops, the same sizes, the same checks. */
final class PrimitiveRows {
    private static final int PACE_MILLIS = 2; // in which everybody falls asleep

    private PrimitiveRows() {}

    static Work lock(int size, Backend backend) {
        var lock = new Lock(backend);
        return new Timed(
                size,
                size,
                () -> {
                    for (int i = 0; i < size; i++) {
                        lock.lock();
                        lock.unlock();
                    }
                    return (long) size;
                },
                () -> {});
    }

    static Work queue(int size, Backend backend) {
        return queue(size, 0, backend);
    }

    static Work boundedQueue(int size, Backend backend) {
        return queue(size, 1000, backend);
    }

    private static Work queue(int size, int capacity, Backend backend) {
        var there = new Queue<Integer>(capacity, backend);
        var back = new Queue<Long>(backend);
        var partner = new WorkerPool(1, backend);
        partner.applyAsync(() -> consume(there, back));
        return new Timed(
                size,
                size * (size - 1L) / 2,
                () -> {
                    there.put(size);
                    for (int i = 0; i < size; i++) there.put(i);
                    return back.take();
                },
                () -> end(partner, there));
    }

    static Work pacedQueue(int size, Backend backend) {
        var there = new Queue<Integer>(backend);
        var back = new Queue<Integer>(backend);
        var partner = new WorkerPool(1, backend);
        partner.applyAsync(() -> {
            for (int item : there.drain()) back.put(item);
        });
        return new Work() {
            @Override
            public double sample() throws Exception {
                double sum = 0;
                for (int i = 0; i < size; i++) {
                    int number = i;
                    Thread.sleep(PACE_MILLIS);
                    sum += new Timed(1, number, () -> ask(number), () -> {}).sample();
                }
                return sum / size;
            }

            private long ask(int number) throws InterruptedException {
                there.put(number);
                return back.take();
            }

            @Override
            public void close() {
                end(partner, there);
            }
        };
    }

    /** Answers how much each round of items is together, as long as there are rounds. */
    private static void consume(Queue<Integer> there, Queue<Long> back) throws InterruptedException {
        for (int count : there.drain()) {
            long sum = 0;
            for (int i = 0; i < count; i++) sum += there.take();
            back.put(sum);
        }
    }

    private static void end(WorkerPool partner, Queue<Integer> there) {
        there.shutdown();
        partner.close();
    }
}
