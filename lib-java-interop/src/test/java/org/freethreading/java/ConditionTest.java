package org.freethreading.java;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.freethreading.java.JdkLockContract.assertInterruptedBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConditionTest {
    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertTrue(new Condition().tryLock());
    }

    @OnEachBackend
    void hasAReentrantLockOfItsOwnUnlessTold(Backend backend) {
        Condition condition = new Condition(backend);

        assertTrue(condition.tryLock());
        assertTrue(condition.tryLock());
        condition.unlock();
        condition.unlock();

        assertEquals("Condition(0 waiting, RLock(free))", condition.toString());
    }

    @OnEachBackend
    void locksTheLockItWasMadeOf(Backend backend) {
        Lock lock = new Lock(backend);
        RLock reentrant = new RLock(backend);

        new Condition(lock).lock();
        new Condition(reentrant).lock();

        assertTrue(lock.isLocked());
        assertTrue(reentrant.isHeldByCurrentWorker());
    }

    @OnEachBackend
    void isUsedWithTheLockHeld(Backend backend) {
        for (Condition condition : each(backend)) {
            Exception refusal = assertThrows(IllegalMonitorStateException.class, condition::signal);
            assertEquals(
                    "signal() on " + condition + " without holding its lock: call it between lock and unlock",
                    refusal.getMessage());
            assertThrows(IllegalMonitorStateException.class, () -> condition.signal(2));
            assertThrows(IllegalMonitorStateException.class, condition::signalAll);
            assertThrows(IllegalMonitorStateException.class, condition::await);
            assertThrows(IllegalMonitorStateException.class, () -> condition.await(Duration.ZERO));
            assertThrows(IllegalMonitorStateException.class, () -> condition.await(1, DAYS));
            assertThrows(IllegalMonitorStateException.class, () -> condition.awaitNanos(0));
            assertThrows(IllegalMonitorStateException.class, () -> condition.awaitUntil(new Date(0)));
            assertThrows(IllegalMonitorStateException.class, condition::awaitUninterruptibly);
            assertThrows(IllegalMonitorStateException.class, () -> condition.awaitFor(() -> true));
            assertThrows(IllegalMonitorStateException.class, () -> condition.awaitFor(() -> true, Duration.ZERO));
            assertThrows(IllegalMonitorStateException.class, condition::unlock);
        }
    }

    @OnEachBackend
    void awaitFreesTheLockAndHoldsItAgainWhenSignalled(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            Call<Boolean> waiter = Call.start(backend, () -> {
                condition.lock();
                condition.await();
                boolean isFree = Call.start(backend, () -> condition.tryLock()).result();
                condition.unlock();
                return isFree;
            });
            waiter.blockedForEver();

            condition.lock();
            condition.signal();
            condition.unlock();

            assertFalse(waiter.result(), "it holds the lock");
            assertTrue(condition.tryLock());
        }
    }

    @OnEachBackend
    void aSignalGoesToTheOneThatHasWaitedLongest(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            List<Call<Void>> waiters = waiters(backend, condition, 3);

            signal(condition, 1);

            waiters.get(0).result();
            assertFalse(waiters.get(1).isDone());
            assertFalse(waiters.get(2).isDone());
        }
    }

    @OnEachBackend
    void signalWakesAsManyAsItSays(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            List<Call<Void>> waiters = waiters(backend, condition, 3);

            signal(condition, 0);
            signal(condition, 2);
            waiters.get(0).result();
            waiters.get(1).result();
            assertFalse(waiters.get(2).isDone());
            signal(condition, 5);
            waiters.get(2).result();

            condition.lock();
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> condition.signal(-1));
            assertEquals("cannot signal -1 workers: it takes 0 or more", refusal.getMessage());
        }
    }

    @OnEachBackend
    void signalAllWakesAll(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            List<Call<Void>> waiters = waiters(backend, condition, 3);

            condition.lock();
            condition.signalAll();
            condition.unlock();

            for (Call<Void> waiter : waiters) waiter.result();
        }
    }

    @OnEachBackend
    void aSignalIsNotKeptForThoseWhoComeLater(Backend backend) throws Exception {
        Condition condition = new Condition(backend);
        signal(condition, 1);

        condition.lock();

        assertFalse(condition.await(Duration.ofMillis(5)));
    }

    @OnEachBackend
    void awaitWithATimeSaysWhetherASignalCame(Backend backend) throws Exception {
        Condition condition = new Condition(backend);
        List<Callable<Boolean>> waits = List.of(
                () -> condition.await(Duration.ofDays(1)),
                () -> condition.await(1, DAYS),
                () -> condition.awaitNanos(DAYS.toNanos(1)) > 0,
                () -> condition.awaitNanos(Long.MAX_VALUE) > 0,
                () -> condition.awaitUntil(new Date(Long.MAX_VALUE)),
                () -> condition.awaitUntil(new Date(System.currentTimeMillis() + DAYS.toMillis(1))));

        for (Callable<Boolean> wait : waits) {
            Call<Boolean> waiter = Call.start(backend, () -> holding(condition, wait));
            waiter.blocked();
            signal(condition, 1);
            assertTrue(waiter.result());
        }
    }

    @OnEachBackend
    void awaitWithATimeGivesUpWhenItIsUp(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            condition.lock();

            assertFalse(condition.await(Duration.ofMillis(5)));
            assertFalse(condition.await(Duration.ZERO));
            assertFalse(condition.await(Duration.ofDays(-1)));
            assertFalse(condition.await(5, MILLISECONDS));
            assertFalse(condition.await(Long.MIN_VALUE, DAYS));
            assertTrue(condition.awaitNanos(1000) <= 0);
            assertTrue(condition.awaitNanos(Long.MIN_VALUE) <= 0);
            assertFalse(condition.awaitUntil(new Date(System.currentTimeMillis() + 5)));
            assertFalse(condition.awaitUntil(new Date(Long.MIN_VALUE)));

            assertEquals(0, waiting(condition), "nobody stays in line");
            condition.unlock();
        }
    }

    @OnEachBackend
    void whoIsInterruptedHoldsTheLock(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            List<Call.Action> waits = List.of(
                    condition::await,
                    () -> condition.await(Duration.ofDays(1)),
                    () -> condition.awaitNanos(Long.MAX_VALUE),
                    () -> condition.awaitUntil(new Date(Long.MAX_VALUE)),
                    () -> condition.awaitFor(() -> false));

            for (Call.Action wait : waits) {
                Call<Void> waiter = Call.start(backend, () -> {
                    condition.lock();
                    assertThrows(InterruptedException.class, wait::run);
                    condition.unlock();
                });
                waiter.interrupted().result();
                Call<Void> before = Call.start(backend, () -> {
                    condition.lock();
                    Thread.currentThread().interrupt();
                    assertThrows(InterruptedException.class, wait::run);
                    condition.unlock();
                });
                before.result();
            }
            assertEquals(0, waiting(condition), "nobody stays in line");
        }
    }

    @OnEachBackend
    void awaitUninterruptiblyGoesOnWaitingAndKeepsTheFlag(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            Call<Boolean> waiter = Call.start(backend, () -> {
                condition.lock();
                condition.awaitUninterruptibly();
                condition.unlock();
                return Thread.currentThread().isInterrupted();
            });
            waiter.interruptedInVain();

            signal(condition, 1);

            assertTrue(waiter.result());
        }
    }

    @OnEachBackend
    void awaitForWaitsUntilThePredicateHolds(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            int[] counter = {0};
            Call<Boolean> waiter =
                    Call.start(backend, () -> holding(condition, () -> condition.awaitFor(() -> counter[0] == 2)));
            Call<Boolean> timed = Call.start(
                    backend,
                    () -> holding(condition, () -> condition.awaitFor(() -> counter[0] == 2, Duration.ofDays(1))));

            for (int i = 0; i < 2; i++) {
                waiter.blocked();
                timed.blocked();
                condition.lock();
                counter[0]++;
                condition.signalAll();
                condition.unlock();
            }

            assertTrue(waiter.result());
            assertTrue(timed.result());
        }
    }

    @OnEachBackend
    void awaitForAsksThePredicateAtFirstAndWhenTheTimeIsUp(Backend backend) throws Exception {
        Condition condition = new Condition(backend);
        List<Boolean> answers = new ArrayList<>(List.of(false, true));
        condition.lock();

        assertTrue(condition.awaitFor(() -> true));
        assertTrue(condition.awaitFor(() -> true, Duration.ofDays(-1)));
        assertFalse(condition.awaitFor(() -> false, Duration.ZERO));
        assertFalse(condition.awaitFor(() -> false, Duration.ofMillis(5)));
        assertTrue(condition.awaitFor(() -> answers.remove(0), Duration.ofMillis(5)));
    }

    @OnEachBackend
    void lockGoesOnWaitingWhenInterruptedAndKeepsTheFlag(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            condition.lock();

            Call<Boolean> waiter = Call.start(backend, () -> {
                condition.lock();
                condition.unlock();
                return Thread.currentThread().isInterrupted();
            });
            waiter.interruptedInVain();
            condition.unlock();

            assertTrue(waiter.result());
        }
    }

    @OnEachBackend
    void whoIsInterruptedTakingTheLockDoesNotHoldIt(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            List<Call.Action> takings = List.of(
                    condition::lockInterruptibly, () -> condition.tryLock(Duration.ofDays(1)), () -> condition.hold());
            for (Call.Action taking : takings) assertInterruptedBefore(backend, taking);
            condition.lock();

            for (Call.Action taking : takings) {
                assertInstanceOf(
                        InterruptedException.class,
                        Call.start(backend, taking).interrupted().failure());
            }

            condition.unlock();
            assertTrue(condition.tryLock());
        }
    }

    @OnEachBackend
    void tryLockWaitsNoLongerThanTold(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            condition.lock();
            assertFalse(Call.start(backend, () -> condition.tryLock()).result());
            assertFalse(
                    Call.start(backend, () -> condition.tryLock(Duration.ZERO)).result());
            assertFalse(Call.start(backend, () -> condition.tryLock(Duration.ofMillis(5)))
                    .result());

            Call<Boolean> waiter = Call.start(backend, () -> condition.tryLock(Duration.ofDays(1)));
            waiter.blocked();
            condition.unlock();

            assertTrue(waiter.result());
        }
    }

    @OnEachBackend
    void holdUnlocksWhenClosed(Backend backend) throws Exception {
        for (Condition condition : each(backend)) {
            try (var held = condition.hold()) {
                assertTrue(condition.awaitFor(() -> true), () -> held + " holds the lock");
            }

            assertThrows(IllegalMonitorStateException.class, condition::unlock);
        }
    }

    @OnEachBackend
    void equalsWhateverIsTheSameCondition(Backend backend) {
        Condition condition = new Condition(backend);

        assertEquals(condition, Condition.of(condition.asKotlin()));
        assertEquals(condition.hashCode(), Condition.of(condition.asKotlin()).hashCode());
        assertNotEquals(condition, new Condition(backend));
        assertEquals(condition.asKotlin().toString(), condition.toString());
    }

    private static List<Condition> each(Backend backend) {
        return List.of(new Condition(backend), new Condition(new RLock(backend)), new Condition(new Lock(backend)));
    }

    private static List<Call<Void>> waiters(Backend backend, Condition condition, int count) {
        List<Call<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waiters.add(Call.start(backend, () -> {
                        condition.lock();
                        condition.await();
                        condition.unlock();
                    })
                    .blocked());
        }
        return waiters;
    }

    private static void signal(Condition condition, int count) throws InterruptedException {
        try (var held = condition.hold()) {
            condition.signal(count);
            assertInstanceOf(Hold.class, held);
        }
    }

    private static boolean holding(Condition condition, Callable<Boolean> call) throws Exception {
        condition.lock();
        try {
            return call.call();
        } finally {
            condition.unlock();
        }
    }

    private static int waiting(Condition condition) {
        return Integer.parseInt(condition.toString().replaceAll("Condition\\((\\d+) waiting.*", "$1"));
    }
}
