package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RLockTest extends JdkLockContract {
    @Override
    RLock newLock(Backend backend) {
        return new RLock(backend);
    }

    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertFalse(new RLock().isLocked());
    }

    @OnEachBackend
    void isFreeWhenMade(Backend backend) {
        RLock lock = new RLock(backend);

        assertFalse(lock.isLocked());
        assertFalse(lock.isHeldByCurrentWorker());
        assertEquals(0, lock.getHoldCount());
        assertFalse(lock.wasAbandoned());
        assertEquals("RLock(free)", lock.toString());
    }

    @OnEachBackend
    void isTakenAgainByWhoeverHoldsItAndFreedWithAsManyUnlocks(Backend backend) throws Exception {
        RLock lock = new RLock(backend);

        lock.lock();
        lock.lockInterruptibly();
        assertTrue(lock.tryLock());
        assertTrue(lock.tryLock(0, TimeUnit.DAYS));
        assertTrue(lock.tryLock(Duration.ZERO));

        for (int holds = 5; holds > 0; holds--) {
            assertEquals(holds, lock.getHoldCount());
            assertFalse(tryLockElsewhere(backend, lock));
            lock.unlock();
        }
        assertEquals(0, lock.getHoldCount());
        assertTrue(tryLockElsewhere(backend, lock));
    }

    @OnEachBackend
    void isHeldByTheWorkerThatTookIt(Backend backend) throws Exception {
        RLock lock = new RLock(backend);

        lock.lock();

        assertTrue(lock.isLocked());
        assertTrue(lock.isHeldByCurrentWorker());
        assertFalse(Call.start(backend, lock::isHeldByCurrentWorker).result());
        assertEquals(0, Call.start(backend, lock::getHoldCount).result());
    }

    @OnEachBackend
    void unlockByAnotherIsRefused(Backend backend) throws Exception {
        RLock lock = new RLock(backend);
        lock.lock();

        Throwable refusal = Call.start(backend, lock::unlock).failure();

        assertInstanceOf(IllegalMonitorStateException.class, refusal);
        assertTrue(refusal.getMessage().startsWith("unlock() of RLock(held by thread "), refusal.getMessage());
        assertTrue(refusal.getMessage().endsWith(", which does not hold it"), refusal.getMessage());
        assertTrue(lock.isHeldByCurrentWorker());
    }

    @OnEachBackend
    void anInterruptedTakingChangesNothing(Backend backend) throws Exception {
        RLock lock = new RLock(backend);

        Call<Integer> holder = Call.start(backend, () -> {
            lock.lock();
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, lock::lockInterruptibly);
            return lock.getHoldCount();
        });

        assertEquals(1, holder.result());
    }

    @OnEachBackend
    void holdUndoesOneTaking(Backend backend) throws Exception {
        RLock lock = new RLock(backend);

        try (var outer = lock.hold()) {
            try (var inner = lock.hold()) {
                assertEquals(2, lock.getHoldCount(), () -> outer + " and " + inner);
            }
            assertEquals(1, lock.getHoldCount());
        }

        assertFalse(lock.isLocked());
    }

    @OnEachBackend
    void aHoldStaysOpenWhenAnotherWorkerFailsToCloseIt(Backend backend) throws Exception {
        RLock lock = new RLock(backend);
        Hold held = lock.hold();

        assertInstanceOf(
                IllegalMonitorStateException.class,
                Call.start(backend, held::close).failure());
        held.close();

        assertFalse(lock.isLocked());
    }

    @OnEachBackend
    void holdThrowsWhenInterrupted(Backend backend) throws Exception {
        RLock lock = new RLock(backend);
        assertInterruptedBefore(backend, lock::hold);
        lock.lock();

        Call<Hold> waiter = Call.start(backend, lock::hold).interrupted();

        assertInstanceOf(InterruptedException.class, waiter.failure());
    }

    @OnEachBackend
    void isWhollyFreedWhileItsConditionWaits(Backend backend) throws Exception {
        RLock lock = new RLock(backend);
        Condition condition = lock.newCondition();

        Call<Integer> waiter = Call.start(backend, () -> {
            lock.lock();
            lock.lock();
            condition.await();
            return lock.getHoldCount();
        });
        waiter.blocked();
        holding(lock, condition::signal);

        assertEquals(2, waiter.result());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameLock(Backend backend) {
        RLock lock = new RLock(backend);

        assertEquals(lock, RLock.of(lock.asKotlin()));
        assertEquals(lock.hashCode(), RLock.of(lock.asKotlin()).hashCode());
        assertNotEquals(lock, new RLock(backend));
        assertEquals(lock.asKotlin().toString(), lock.toString());
    }
}
