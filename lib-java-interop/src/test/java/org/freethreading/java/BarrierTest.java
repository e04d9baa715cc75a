package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletionException;
import org.freethreading.Backend;
import org.freethreading.WorkerRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BarrierTest {
    private static final Duration LONG = Duration.ofDays(1);

    @Test
    void isMadeForTheCurrentBackendUnlessTold() throws Exception {
        assertEquals(0, new Barrier(1).await());
        assertEquals(0, new Barrier(1, () -> {}).await());
        assertEquals(0, new Barrier(1, () -> {}, LONG).await());
    }

    @OnEachBackend
    void isWholeWhenMade(Backend backend) {
        Barrier barrier = new Barrier(3, backend);

        assertEquals(3, barrier.getParties());
        assertEquals(0, barrier.getNumberWaiting());
        assertFalse(barrier.isBroken());
        assertEquals("Barrier(0 of 3 waiting)", barrier.toString());
    }

    @OnEachBackend
    void cannotBeForFewerThanOne(Backend backend) {
        Exception refusal = assertThrows(IllegalArgumentException.class, () -> new Barrier(0, backend));

        assertEquals("a barrier cannot have 0 parties: it takes 1 to 16777215", refusal.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Barrier(16_777_216, backend));
    }

    @OnEachBackend
    void cannotHaveATimeoutThatIsNotPositive(Backend backend) {
        Exception refusal =
                assertThrows(IllegalArgumentException.class, () -> new Barrier(1, null, Duration.ZERO, backend));

        assertEquals("the timeout of a barrier must be positive, not 0s", refusal.getMessage());
        assertThrows(NullPointerException.class, () -> new Barrier(1, null, null, backend));
    }

    @OnEachBackend
    void givesTheArrivalIndexFrom0ForTheFirst(Backend backend) throws Exception {
        Barrier barrier = new Barrier(3, backend);

        for (int round = 0; round < 20; round++) {
            Call<Integer> first = Call.start(backend, () -> barrier.await()).blocked();
            Call<Integer> second =
                    Call.start(backend, () -> barrier.await(LONG)).blocked();
            assertEquals(2, barrier.getNumberWaiting());

            assertEquals(2, barrier.await());
            assertEquals(0, first.result());
            assertEquals(1, second.result());
            assertEquals(0, barrier.getNumberWaiting());
        }
    }

    @OnEachBackend
    void runsTheActionInTheLastToArriveBeforeAnybodyGoesOn(Backend backend) throws Exception {
        Queue<String> events = new Queue<>(backend);
        Barrier barrier = new Barrier(2, () -> events.add("action"), backend);

        Call<Void> first = Call.start(backend, () -> {
            barrier.await();
            events.add("first");
        });
        first.blocked();
        Call<Void> last = Call.start(backend, () -> {
            barrier.await();
            events.add("last");
        });
        first.result();
        last.result();

        assertEquals("action", events.take());
        assertEquals(2, events.size());
    }

    @OnEachBackend
    void breaksForAllWhenOneRunsOutOfTime(Backend backend) throws Exception {
        Barrier barrier = new Barrier(3, backend);
        Call<Integer> waiter = Call.start(backend, () -> barrier.await()).blocked();

        Exception broken = assertThrows(BrokenBarrierException.class, () -> barrier.await(Duration.ofMillis(5)));

        assertEquals(
                "Barrier(broken): a party gave up or its process died, the action failed, or it was aborted;"
                        + " reset() makes it whole",
                broken.getMessage());
        assertInstanceOf(BrokenBarrierException.class, waiter.failure());
        assertTrue(barrier.isBroken());
        assertThrows(BrokenBarrierException.class, barrier::await);
    }

    @OnEachBackend
    void awaitsForTheTimeItWasMadeWith(Backend backend) {
        Barrier barrier = new Barrier(2, null, Duration.ofMillis(5), backend);

        assertThrows(BrokenBarrierException.class, barrier::await);
    }

    @OnEachBackend
    void aWaitForZeroOrLessBreaksItUnlessTheCallerIsTheLast(Backend backend) throws Exception {
        Barrier barrier = new Barrier(2, backend);
        Call<Integer> waiter = Call.start(backend, () -> barrier.await()).blocked();

        assertEquals(1, barrier.await(Duration.ZERO));
        assertEquals(0, waiter.result());
        assertThrows(BrokenBarrierException.class, () -> barrier.await(Duration.ofDays(-1)));
    }

    @OnEachBackend
    void anInterruptBreaksIt(Backend backend) throws Exception {
        Barrier barrier = new Barrier(3, backend);
        Call<Integer> other = Call.start(backend, () -> barrier.await()).blocked();

        Call<Integer> waiter = Call.start(backend, () -> barrier.await(LONG)).interrupted();

        assertInstanceOf(InterruptedException.class, waiter.failure());
        assertInstanceOf(BrokenBarrierException.class, other.failure());
        assertTrue(barrier.isBroken());
        barrier.reset();
        JdkLockContract.assertInterruptedBefore(backend, barrier::await);
        assertTrue(barrier.isBroken());
    }

    @OnEachBackend
    void abortBreaksIt(Backend backend) throws Exception {
        Barrier barrier = new Barrier(2, backend);
        Call<Integer> waiter = Call.start(backend, () -> barrier.await()).blocked();

        barrier.abort();

        assertInstanceOf(BrokenBarrierException.class, waiter.failure());
        assertThrows(BrokenBarrierException.class, barrier::await);
        assertEquals("Barrier(broken)", barrier.toString());
    }

    @OnEachBackend
    void resetMakesItWholeAndSendsAwayThoseWhoWait(Backend backend) throws Exception {
        Barrier barrier = new Barrier(2, backend);
        Call<Integer> waiter = Call.start(backend, () -> barrier.await()).blocked();

        barrier.reset();

        assertInstanceOf(BrokenBarrierException.class, waiter.failure());
        assertFalse(barrier.isBroken());
        barrier.abort();
        barrier.reset();
        Call<Integer> next = Call.start(backend, () -> barrier.await()).blocked();
        assertEquals(1, barrier.await());
        assertEquals(0, next.result());
    }

    @OnEachBackend
    void breaksWhenTheActionFailsAndTheLastToArriveGetsWhatItThrows(Backend backend) throws Exception {
        IOException checked = new IOException("disk full");
        ArithmeticException unchecked = new ArithmeticException();
        List<WorkerRunnable> actions = List.of(
                () -> {
                    throw unchecked;
                },
                () -> {
                    throw checked;
                },
                () -> {
                    throw new StackOverflowError();
                });

        for (WorkerRunnable action : actions) {
            Barrier barrier = new Barrier(2, action, backend);
            Call<Integer> waiter = Call.start(backend, () -> barrier.await()).blocked();

            Throwable thrown = Call.start(backend, () -> barrier.await()).failure();

            if (action == actions.get(0)) assertSame(unchecked, thrown);
            if (action == actions.get(1)) {
                assertInstanceOf(CompletionException.class, thrown);
                assertSame(checked, thrown.getCause());
            }
            if (action == actions.get(2)) assertInstanceOf(StackOverflowError.class, thrown);
            assertInstanceOf(BrokenBarrierException.class, waiter.failure());
            assertTrue(barrier.isBroken());
        }
    }

    @OnEachBackend
    void whatWasDoneBeforeArrivingIsVisibleToAll(Backend backend) throws Exception {
        Barrier barrier = new Barrier(2, backend);
        int[] plain = {0};

        Call<Integer> waiter = Call.start(backend, () -> {
            barrier.await();
            return plain[0];
        });
        plain[0] = 42;
        barrier.await();

        assertEquals(42, waiter.result());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameBarrier(Backend backend) {
        Barrier barrier = new Barrier(2, backend);

        assertEquals(barrier, Barrier.of(barrier.asKotlin()));
        assertEquals(barrier.hashCode(), Barrier.of(barrier.asKotlin()).hashCode());
        assertNotEquals(barrier, new Barrier(2, backend));
        assertEquals(barrier.asKotlin().toString(), barrier.toString());
    }
}
