package org.freethreading.benchmarks.rows;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.freethreading.Backend;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Lock;
import org.freethreading.java.RLock;

/**
 * Takes a lock that nobody else wants, and frees it. The loops are written out for each type, so that none of them pays
 * for what the compiler has seen in another.
 */
final class LockWork {
    private LockWork() {}

    static Work lock(int size, Backend backend) {
        var lock = new Lock(backend);
        return timed(size, () -> {
            long count = 0;
            for (int i = 0; i < size; i++) {
                lock.lock();
                count++;
                lock.unlock();
            }
            return count;
        });
    }

    static Work rLock(int size, Backend backend) {
        var lock = new RLock(backend);
        return timed(size, () -> {
            long count = 0;
            for (int i = 0; i < size; i++) {
                lock.lock();
                count++;
                lock.unlock();
            }
            return count;
        });
    }

    static Work reentrantLock(int size) {
        var lock = new ReentrantLock();
        return timed(size, () -> {
            long count = 0;
            for (int i = 0; i < size; i++) {
                lock.lock();
                count++;
                lock.unlock();
            }
            return count;
        });
    }

    private static Timed timed(int size, Callable<Long> work) {
        return new Timed(size, size, work, () -> {});
    }
}
