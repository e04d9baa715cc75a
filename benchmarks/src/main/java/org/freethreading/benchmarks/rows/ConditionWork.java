package org.freethreading.benchmarks.rows;

import java.util.concurrent.locks.ReentrantLock;
import org.freethreading.Backend;
import org.freethreading.SharedBoolean;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Condition;

/** Two workers take turns, each waiting on the same condition for the other. */
final class ConditionWork {
    private ConditionWork() {}

    static Work turns(int size, Backend backend) {
        var changed = new Condition(backend);
        var theirTurn = new SharedBoolean(false, backend);
        var companion = Companion.worker(backend, times -> takeTurns(times, changed, theirTurn, true));
        return new Timed(
                size,
                2L * size,
                () -> {
                    companion.begin(size);
                    return takeTurns(size, changed, theirTurn, false) + companion.finish();
                },
                companion::close);
    }

    private static long takeTurns(int times, Condition changed, SharedBoolean turn, boolean mine)
            throws InterruptedException {
        long count = 0;
        for (int i = 0; i < times; i++) {
            changed.lock();
            try {
                while (turn.get() != mine) changed.await();
                turn.set(!mine);
                count++;
                changed.signal();
            } finally {
                changed.unlock();
            }
        }
        return count;
    }

    static Work javaTurns(int size, ThreadKind kind) {
        var baton = new Baton();
        var companion = Companion.thread(kind.factory(), times -> baton.takeTurns(times, true));
        return new Timed(
                size,
                2L * size,
                () -> {
                    companion.begin(size);
                    return baton.takeTurns(size, false) + companion.finish();
                },
                companion::close);
    }

    private static final class Baton {
        private final ReentrantLock lock = new ReentrantLock();
        private final java.util.concurrent.locks.Condition changed = lock.newCondition();
        private boolean theirTurn; // guarded by the lock

        long takeTurns(int times, boolean mine) throws InterruptedException {
            long count = 0;
            for (int i = 0; i < times; i++) {
                lock.lock();
                try {
                    while (theirTurn != mine) changed.await();
                    theirTurn = !mine;
                    count++;
                    changed.signal();
                } finally {
                    lock.unlock();
                }
            }
            return count;
        }
    }
}
