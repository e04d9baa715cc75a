package org.freethreading.java;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.freethreading.Backend;
import org.junit.jupiter.api.Timeout;

/** What {@link Lock} promises, of whichever kind. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class JdkLockContract {
    abstract Lock newLock(Backend backend);

    @OnEachBackend
    void isHeldByOneWorkerAtATime(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        int[] counter = {0};

        List<Call<Void>> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            workers.add(Call.start(backend, () -> {
                for (int j = 0; j < 1000; j++) {
                    lock.lock();
                    try {
                        counter[0]++;
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        for (Call<Void> worker : workers) worker.result();

        assertEquals(4000, counter[0]);
    }

    @OnEachBackend
    void goesToTheOneThatHasWaitedLongest(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        List<Integer> order = new ArrayList<>();
        lock.lock();

        List<Call<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            Call.Action work = () -> order.add(number);
            waiters.add(Call.start(backend, () -> holding(lock, work)).blocked());
        }
        lock.unlock();
        for (Call<Void> waiter : waiters) waiter.result();

        assertEquals(List.of(0, 1, 2), order);
    }

    @OnEachBackend
    void lockGoesOnWaitingWhenInterruptedAndKeepsTheFlag(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        lock.lock();

        Call<Boolean> waiter = Call.start(backend, () -> {
            lock.lock();
            lock.unlock();
            return Thread.currentThread().isInterrupted();
        });
        waiter.interruptedInVain();
        lock.unlock();

        assertTrue(waiter.result());
    }

    @OnEachBackend
    void lockTakesAFreeLockWhenInterruptedAndKeepsTheFlag(Backend backend) throws Exception {
        Lock lock = newLock(backend);

        Call<Boolean> caller = Call.start(backend, () -> {
            Thread.currentThread().interrupt();
            lock.lock();
            lock.unlock();
            return Thread.currentThread().isInterrupted();
        });

        assertTrue(caller.result());
    }

    @OnEachBackend
    void lockInterruptiblyThrowsWhenInterruptedWhileItWaits(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        lock.lock();

        Call<Void> waiter = Call.start(backend, lock::lockInterruptibly).interrupted();

        assertInstanceOf(InterruptedException.class, waiter.failure());
        lock.unlock();
        assertTrue(tryLockElsewhere(backend, lock), "the interrupted one does not hold it");
    }

    @OnEachBackend
    void lockInterruptiblyThrowsWhenInterruptedBefore(Backend backend) throws Exception {
        Lock lock = newLock(backend);

        assertInterruptedBefore(backend, lock::lockInterruptibly);

        assertTrue(tryLockElsewhere(backend, lock), "the interrupted one does not hold it");
    }

    @OnEachBackend
    void tryLockSaysWhetherTheLockWasFree(Backend backend) throws Exception {
        Lock lock = newLock(backend);

        assertTrue(lock.tryLock());
        assertFalse(tryLockElsewhere(backend, lock));
        lock.unlock();
        assertTrue(tryLockElsewhere(backend, lock));
    }

    @OnEachBackend
    void tryLockDoesNotLookAtInterrupts(Backend backend) throws Exception {
        Lock lock = newLock(backend);

        Call<Boolean> caller = Call.start(backend, () -> {
            Thread.currentThread().interrupt();
            return lock.tryLock() && Thread.currentThread().isInterrupted();
        });

        assertTrue(caller.result());
    }

    @OnEachBackend
    void tryLockWithATimeTakesTheLockWhenItGetsFree(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        lock.lock();

        Call<Boolean> waiter = Call.start(backend, () -> lock.tryLock(1, DAYS)).blocked();
        lock.unlock();

        assertTrue(waiter.result());
        assertFalse(lock.tryLock());
    }

    @OnEachBackend
    void tryLockWithATimeGivesUpWhenItIsUp(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        lock.lock();

        long start = System.nanoTime();
        Call<Boolean> waiter = Call.start(backend, () -> lock.tryLock(20, MILLISECONDS));

        assertFalse(waiter.result());
        assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(20));
    }

    @OnEachBackend
    void tryLockWithZeroOrNegativeTimeDoesNotWait(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        lock.lock();

        for (long time : new long[] {0, -1, Long.MIN_VALUE}) {
            assertFalse(Call.start(backend, () -> lock.tryLock(time, DAYS)).result());
        }
    }

    @OnEachBackend
    void tryLockWithATimeBeyondNanosecondsWaitsForEver(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        lock.lock();

        Call<Boolean> days = Call.start(backend, () -> unlockAfter(lock, lock.tryLock(Long.MAX_VALUE, DAYS)));
        days.blockedForEver();
        Call<Boolean> nanos = Call.start(backend, () -> unlockAfter(lock, lock.tryLock(Long.MAX_VALUE, NANOSECONDS)));
        nanos.blockedForEver();
        lock.unlock();

        assertTrue(days.result());
        assertTrue(nanos.result());
    }

    @OnEachBackend
    void tryLockWithATimeThrowsWhenInterrupted(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        assertInterruptedBefore(backend, () -> lock.tryLock(1, DAYS));
        assertInterruptedBefore(backend, () -> lock.tryLock(0, DAYS));
        lock.lock();

        Call<Boolean> waiter = Call.start(backend, () -> lock.tryLock(1, DAYS)).interrupted();

        assertInstanceOf(InterruptedException.class, waiter.failure());
        lock.unlock();
        assertTrue(tryLockElsewhere(backend, lock), "the interrupted one does not hold it");
    }

    @OnEachBackend
    void unlockOfAFreeLockIsRefused(Backend backend) {
        Lock lock = newLock(backend);

        assertThrows(IllegalMonitorStateException.class, lock::unlock);
    }

    @OnEachBackend
    void newConditionWaitsWithThisLock(Backend backend) throws Exception {
        Lock lock = newLock(backend);
        var condition = lock.newCondition();
        assertThrows(IllegalMonitorStateException.class, condition::signal);

        Call<Void> waiter =
                Call.start(backend, () -> holding(lock, condition::await)).blocked();
        holding(lock, condition::signal);

        waiter.result();
    }

    static void holding(Lock lock, Call.Action action) throws Exception {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Another worker than the caller takes the lock if it can, frees it, and says whether it could. */
    static boolean tryLockElsewhere(Backend backend, Lock lock) throws Exception {
        return Call.start(backend, () -> unlockAfter(lock, lock.tryLock())).result();
    }

    static void assertInterruptedBefore(Backend backend, Call.Action call) throws Exception {
        Call<Boolean> caller = Call.start(backend, () -> {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, call::run);
            return Thread.currentThread().isInterrupted();
        });
        assertFalse(caller.result(), "the exception takes the flag with it");
    }

    private static boolean unlockAfter(Lock lock, boolean taken) {
        if (taken) lock.unlock();
        return taken;
    }
}
