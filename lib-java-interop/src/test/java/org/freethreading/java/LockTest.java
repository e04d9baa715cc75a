package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LockTest extends JdkLockContract {
    @Override
    Lock newLock(Backend backend) {
        return new Lock(backend);
    }

    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertFalse(new Lock().isLocked());
    }

    @OnEachBackend
    void isFreeWhenMade(Backend backend) {
        Lock lock = new Lock(backend);

        assertFalse(lock.isLocked());
        assertFalse(lock.wasAbandoned());
        assertEquals("Lock(free)", lock.toString());
    }

    @OnEachBackend
    void isNotReentrant(Backend backend) {
        Lock lock = new Lock(backend);
        lock.lock();

        assertTrue(lock.isLocked());
        assertFalse(lock.tryLock());
    }

    @OnEachBackend
    void mayBeUnlockedByAnyWorker(Backend backend) throws Exception {
        Lock lock = new Lock(backend);
        lock.lock();

        Call.start(backend, lock::unlock).result();

        assertFalse(lock.isLocked());
    }

    @OnEachBackend
    void saysWhatToDoWhenUnlockedTooOften(Backend backend) {
        Lock lock = new Lock(backend);

        Exception refusal = assertThrows(IllegalMonitorStateException.class, lock::unlock);

        assertEquals("unlock() of Lock(free): call it once per successful lock()", refusal.getMessage());
    }

    @OnEachBackend
    void tryLockWaitsForADuration(Backend backend) throws Exception {
        Lock lock = new Lock(backend);
        lock.lock();
        assertFalse(lock.tryLock(Duration.ZERO));
        assertFalse(lock.tryLock(Duration.ofDays(-1)));
        assertFalse(lock.tryLock(Duration.ofMillis(5)));

        Call<Boolean> waiter = Call.start(backend, () -> lock.tryLock(Duration.ofSeconds(Long.MAX_VALUE)));
        waiter.blockedForEver();
        lock.unlock();

        assertTrue(waiter.result());
    }

    @OnEachBackend
    void holdUnlocksWhenClosedHoweverTheBlockEnds(Backend backend) {
        Lock lock = new Lock(backend);

        assertThrows(ArithmeticException.class, () -> {
            try (var held = lock.hold()) {
                assertTrue(lock.isLocked(), () -> held + " holds the lock");
                throw new ArithmeticException();
            }
        });

        assertFalse(lock.isLocked());
    }

    @OnEachBackend
    void holdUnlocksOnce(Backend backend) throws Exception {
        Lock lock = new Lock(backend);

        Hold held = lock.hold();
        held.close();
        lock.lock();
        held.close();

        assertTrue(lock.isLocked());
    }

    @OnEachBackend
    void holdThrowsWhenInterrupted(Backend backend) throws Exception {
        Lock lock = new Lock(backend);
        assertInterruptedBefore(backend, lock::hold);
        lock.lock();

        Call<Hold> waiter = Call.start(backend, lock::hold).interrupted();

        assertInstanceOf(InterruptedException.class, waiter.failure());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameLock(Backend backend) {
        Lock lock = new Lock(backend);

        assertEquals(lock, Lock.of(lock.asKotlin()));
        assertEquals(lock.hashCode(), Lock.of(lock.asKotlin()).hashCode());
        assertNotEquals(lock, new Lock(backend));
        assertEquals(lock.asKotlin().toString(), lock.toString());
    }
}
