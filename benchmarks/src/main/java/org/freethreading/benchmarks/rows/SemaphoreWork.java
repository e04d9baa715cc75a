package org.freethreading.benchmarks.rows;

import org.freethreading.Backend;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Semaphore;

/** Takes a permit that is free, and gives it back. */
final class SemaphoreWork {
    private SemaphoreWork() {}

    static Work semaphore(int size, Backend backend) {
        var semaphore = new Semaphore(1, backend);
        return new Timed(
                size,
                size,
                () -> {
                    long count = 0;
                    for (int i = 0; i < size; i++) {
                        semaphore.acquire();
                        count++;
                        semaphore.release();
                    }
                    return count;
                },
                () -> {});
    }

    static Work javaSemaphore(int size) {
        var semaphore = new java.util.concurrent.Semaphore(1);
        return new Timed(
                size,
                size,
                () -> {
                    long count = 0;
                    for (int i = 0; i < size; i++) {
                        semaphore.acquire();
                        count++;
                        semaphore.release();
                    }
                    return count;
                },
                () -> {});
    }
}
