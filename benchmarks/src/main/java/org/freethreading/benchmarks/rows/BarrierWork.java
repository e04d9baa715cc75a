package org.freethreading.benchmarks.rows;

import java.util.concurrent.CyclicBarrier;
import org.freethreading.Backend;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Barrier;

/** Two workers meet at a barrier. At each meeting one of them is told 1 and the other 0. */
final class BarrierWork {
    private BarrierWork() {}

    static Work meet(int size, Backend backend) {
        var barrier = new Barrier(2, backend);
        var companion = Companion.worker(backend, times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) sum += barrier.await();
            return sum;
        });
        return new Timed(
                size,
                size,
                () -> {
                    companion.begin(size);
                    long sum = 0;
                    for (int i = 0; i < size; i++) sum += barrier.await();
                    return sum + companion.finish();
                },
                companion::close);
    }

    static Work javaMeet(int size, ThreadKind kind) {
        var barrier = new CyclicBarrier(2);
        var companion = Companion.thread(kind.factory(), times -> {
            long sum = 0;
            for (int i = 0; i < times; i++) sum += barrier.await();
            return sum;
        });
        return new Timed(
                size,
                size,
                () -> {
                    companion.begin(size);
                    long sum = 0;
                    for (int i = 0; i < size; i++) sum += barrier.await();
                    return sum + companion.finish();
                },
                companion::close);
    }
}
