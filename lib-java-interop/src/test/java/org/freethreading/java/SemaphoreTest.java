package org.freethreading.java;

import static java.util.concurrent.TimeUnit.DAYS;
import static org.freethreading.java.JdkLockContract.assertInterruptedBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SemaphoreTest {
    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertEquals(1, new Semaphore().availablePermits());
        assertEquals(3, new Semaphore(3).availablePermits());
        assertEquals(1, new BoundedSemaphore().availablePermits());
        assertEquals(3, new BoundedSemaphore(3).availablePermits());
    }

    @OnEachBackend
    void hasOnePermitUnlessTold(Backend backend) {
        assertEquals(1, new Semaphore(backend).availablePermits());
        assertEquals(1, new BoundedSemaphore(backend).availablePermits());
        assertEquals("Semaphore(2 permits free)", new Semaphore(2, backend).toString());
    }

    @OnEachBackend
    void cannotHaveNegativePermits(Backend backend) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> new Semaphore(-1, backend));

        assertEquals("a semaphore cannot have -1 permits: it takes 0 or more", refusal.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new BoundedSemaphore(-1, backend));
    }

    @OnEachBackend
    void acquireWaitsUntilAPermitIsFree(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(1, backend);
        semaphore.acquire();

        Call<Void> waiter = Call.start(backend, () -> semaphore.acquire()).blocked();
        semaphore.release();

        waiter.result();
        assertEquals(0, semaphore.availablePermits());
    }

    @OnEachBackend
    void acquireTakesManyPermitsAtOnce(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(2, backend);

        Call<Void> waiter = Call.start(backend, () -> semaphore.acquire(3)).blocked();
        assertEquals(2, semaphore.availablePermits(), "it holds nothing while it waits");
        semaphore.release(2);

        waiter.result();
        assertEquals(1, semaphore.availablePermits());
    }

    @OnEachBackend
    void servesThoseWhoWaitInTheirOrder(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(0, backend);
        Queue<Integer> order = new Queue<>(backend);

        List<Call<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            waiters.add(Call.start(backend, () -> {
                        semaphore.acquire();
                        order.put(number);
                        semaphore.release();
                    })
                    .blocked());
        }
        semaphore.release();
        for (Call<Void> waiter : waiters) waiter.result();

        assertEquals(List.of(0, 1, 2), List.copyOf(order));
    }

    @OnEachBackend
    void tryAcquireNeverWaits(Backend backend) {
        Semaphore semaphore = new Semaphore(3, backend);

        assertTrue(semaphore.tryAcquire());
        assertTrue(semaphore.tryAcquire(0));
        assertFalse(semaphore.tryAcquire(3));
        assertTrue(semaphore.tryAcquire(2));
        assertFalse(semaphore.tryAcquire());
    }

    @OnEachBackend
    void tryAcquireWithATimeTakesThePermitWhenItGetsFree(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(0, backend);

        Call<Boolean> one = Call.start(backend, () -> semaphore.tryAcquire(Duration.ofDays(1)));
        one.blocked();
        semaphore.release();
        assertTrue(one.result());
        Call<Boolean> two = Call.start(backend, () -> semaphore.tryAcquire(2, 1, DAYS));
        two.blocked();
        semaphore.release(2);
        assertTrue(two.result());

        assertEquals(0, semaphore.availablePermits());
    }

    @OnEachBackend
    void tryAcquireWithATimeGivesUpWhenItIsUp(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(1, backend);

        assertFalse(semaphore.tryAcquire(2, Duration.ofMillis(5)));
        assertFalse(semaphore.tryAcquire(2, Duration.ZERO));
        assertFalse(semaphore.tryAcquire(2, -1, DAYS));
        assertTrue(semaphore.tryAcquire(0, DAYS));
        assertFalse(semaphore.tryAcquire(Duration.ofDays(-1)));
    }

    @OnEachBackend
    void tryAcquireBeyondNanosecondsWaitsForEver(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(0, backend);

        Call<Boolean> waiter = Call.start(backend, () -> semaphore.tryAcquire(Long.MAX_VALUE, DAYS));
        waiter.blockedForEver();
        semaphore.release();

        assertTrue(waiter.result());
    }

    @OnEachBackend
    void whoIsInterruptedHoldsNothing(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(1, backend);
        assertInterruptedBefore(backend, semaphore::acquire);
        assertInterruptedBefore(backend, () -> semaphore.tryAcquire(1, DAYS));
        assertInterruptedBefore(backend, semaphore::hold);

        Call<Void> waiter = Call.start(backend, () -> semaphore.acquire(2)).interrupted();
        assertInstanceOf(InterruptedException.class, waiter.failure());
        Call<Boolean> timed = Call.start(backend, () -> semaphore.tryAcquire(2, Duration.ofDays(1)));
        assertInstanceOf(InterruptedException.class, timed.interrupted().failure());

        assertEquals(1, semaphore.availablePermits());
    }

    @OnEachBackend
    void negativeCountsAreRefused(Backend backend) {
        Semaphore semaphore = new Semaphore(1, backend);

        Exception acquire = assertThrows(IllegalArgumentException.class, () -> semaphore.acquire(-1));
        assertThrows(IllegalArgumentException.class, () -> semaphore.tryAcquire(-1));
        assertThrows(IllegalArgumentException.class, () -> semaphore.tryAcquire(-1, Duration.ZERO));
        Exception release = assertThrows(IllegalArgumentException.class, () -> semaphore.release(-2));

        assertEquals("cannot acquire -1 permits: it takes 0 or more", acquire.getMessage());
        assertEquals("cannot release -2 permits: it takes 0 or more", release.getMessage());
    }

    @OnEachBackend
    void morePermitsMayBeReleasedThanWereTaken(Backend backend) {
        Semaphore semaphore = new Semaphore(0, backend);

        semaphore.release();
        semaphore.release(2);

        assertEquals(3, semaphore.availablePermits());
        assertThrows(IllegalStateException.class, () -> semaphore.release(Integer.MAX_VALUE));
        assertEquals(3, semaphore.availablePermits());
    }

    @OnEachBackend
    void oneReleaseTooManyOfABoundedOneIsRefusedAndChangesNothing(Backend backend) {
        Semaphore semaphore = new BoundedSemaphore(2, backend);
        assertTrue(semaphore.tryAcquire());
        semaphore.release();

        Exception refusal = assertThrows(IllegalStateException.class, semaphore::release);

        assertEquals(
                "release(1) of BoundedSemaphore(2 permits free) makes more than 2: release each permit once",
                refusal.getMessage());
        assertEquals(2, semaphore.availablePermits());
    }

    @OnEachBackend
    void holdReleasesOnceWhenClosedHoweverTheBlockEnds(Backend backend) throws Exception {
        Semaphore semaphore = new Semaphore(1, backend);

        assertThrows(ArithmeticException.class, () -> {
            try (var held = semaphore.hold()) {
                assertEquals(0, semaphore.availablePermits(), () -> held + " holds the permit");
                throw new ArithmeticException();
            }
        });
        assertEquals(1, semaphore.availablePermits());

        Hold held = semaphore.hold();
        held.close();
        held.close();
        assertEquals(1, semaphore.availablePermits());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameSemaphore(Backend backend) {
        Semaphore semaphore = new Semaphore(1, backend);
        BoundedSemaphore bounded = new BoundedSemaphore(1, backend);

        assertEquals(semaphore, Semaphore.of(semaphore.asKotlin()));
        assertEquals(semaphore.hashCode(), Semaphore.of(semaphore.asKotlin()).hashCode());
        assertNotEquals(semaphore, new Semaphore(1, backend));
        assertEquals(bounded, BoundedSemaphore.of(bounded.asKotlin()));
        assertEquals(semaphore.asKotlin().toString(), semaphore.toString());
    }

    @OnEachBackend
    void ofABoundedOneIsBounded(Backend backend) {
        org.freethreading.Semaphore core = new org.freethreading.BoundedSemaphore(1, backend);

        Semaphore semaphore = Semaphore.of(core);

        assertInstanceOf(BoundedSemaphore.class, semaphore);
        assertThrows(IllegalStateException.class, semaphore::release);
    }
}
