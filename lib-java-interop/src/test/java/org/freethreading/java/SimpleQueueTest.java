package org.freethreading.java;

import static org.freethreading.java.JdkLockContract.assertInterruptedBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.freethreading.Backend;
import org.freethreading.NotShippableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimpleQueueTest {
    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertTrue(new SimpleQueue<>().isEmpty());
    }

    @OnEachBackend
    void givesItemsInTheOrderInWhichTheyWentIn(Backend backend) throws Exception {
        SimpleQueue<Integer> queue = new SimpleQueue<>(backend);
        assertTrue(queue.isEmpty());

        for (int i = 0; i < 200; i++) queue.put(i);

        assertFalse(queue.isEmpty());
        assertEquals(200, queue.size());
        for (int i = 0; i < 200; i++) assertEquals(i, queue.get());
        assertTrue(queue.isEmpty());
    }

    @OnEachBackend
    void getWaitsWhileTheQueueIsEmpty(Backend backend) throws Exception {
        SimpleQueue<String> queue = new SimpleQueue<>(backend);

        Call<String> getter = Call.start(backend, () -> queue.get()).blocked();
        queue.put("item");

        assertEquals("item", getter.result());
    }

    @OnEachBackend
    void pollWaitsNoLongerThanTold(Backend backend) throws Exception {
        SimpleQueue<String> queue = new SimpleQueue<>(backend);
        assertNull(queue.poll());
        assertNull(queue.poll(Duration.ZERO));
        assertNull(queue.poll(Duration.ofDays(-1)));
        assertNull(queue.poll(Duration.ofMillis(5)));

        Call<String> getter = Call.start(backend, () -> queue.poll(Duration.ofSeconds(Long.MAX_VALUE)));
        getter.blockedForEver();
        queue.put("item");

        assertEquals("item", getter.result());
        queue.put("next");
        assertEquals("next", queue.poll());
    }

    @OnEachBackend
    void whoIsInterruptedHasTakenNothing(Backend backend) throws Exception {
        SimpleQueue<String> queue = new SimpleQueue<>(backend);

        Call<String> getter = Call.start(backend, () -> queue.get()).interrupted();
        assertInstanceOf(InterruptedException.class, getter.failure());
        Call<String> poller = Call.start(backend, () -> queue.poll(Duration.ofDays(1)));
        assertInstanceOf(InterruptedException.class, poller.interrupted().failure());
        queue.put("item");
        assertInterruptedBefore(backend, queue::get);

        assertEquals(1, queue.size());
    }

    @OnEachBackend
    void takesNoNull(Backend backend) {
        SimpleQueue<String> queue = new SimpleQueue<>(backend);

        Exception refusal = assertThrows(NullPointerException.class, () -> queue.put(null));

        assertEquals("a queue takes no null", refusal.getMessage());
    }

    @Test
    void refusesInStrictModeWhatCannotTravel() {
        SimpleQueue<Object> queue = new SimpleQueue<>(Backend.threads(true));

        assertThrows(NotShippableException.class, () -> queue.put(new Object()));

        assertTrue(queue.isEmpty());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameQueue(Backend backend) {
        SimpleQueue<String> queue = new SimpleQueue<>(backend);

        assertEquals(queue, SimpleQueue.of(queue.asKotlin()));
        assertEquals(queue.hashCode(), SimpleQueue.of(queue.asKotlin()).hashCode());
        assertNotEquals(queue, new SimpleQueue<>(backend));
        assertEquals("SimpleQueue(0 items)", queue.toString());
    }
}
