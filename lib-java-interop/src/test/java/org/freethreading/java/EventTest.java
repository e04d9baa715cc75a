package org.freethreading.java;

import static org.freethreading.java.JdkLockContract.assertInterruptedBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventTest {
    @Test
    void isMadeForTheCurrentBackendUnlessTold() {
        assertFalse(new Event().isSet());
    }

    @OnEachBackend
    void isNotSetWhenMade(Backend backend) {
        Event event = new Event(backend);

        assertFalse(event.isSet());
        assertEquals("Event(not set)", event.toString());
    }

    @OnEachBackend
    void isSetUntilCleared(Backend backend) {
        Event event = new Event(backend);

        event.set();
        event.set();
        assertTrue(event.isSet());
        assertEquals("Event(set)", event.toString());
        event.clear();
        assertFalse(event.isSet());
    }

    @OnEachBackend
    void setFreesAllWhoWaitAlsoWhenClearFollowsAtOnce(Backend backend) throws Exception {
        Event event = new Event(backend);
        Call<Void> one = Call.start(backend, () -> event.await()).blockedForEver();
        Call<Boolean> two = Call.start(backend, () -> event.await(Duration.ofDays(1)));
        two.blocked();

        event.set();
        event.clear();

        one.result();
        assertTrue(two.result());
    }

    @OnEachBackend
    void awaitDoesNotWaitForWhatIsSet(Backend backend) throws Exception {
        Event event = new Event(backend);
        event.set();

        event.await();

        assertTrue(event.await(Duration.ZERO));
        assertTrue(event.await(Duration.ofDays(-1)));
    }

    @OnEachBackend
    void awaitGivesUpWhenTheTimeIsUp(Backend backend) throws Exception {
        Event event = new Event(backend);

        assertFalse(event.await(Duration.ofMillis(5)));
        assertFalse(event.await(Duration.ZERO));
        assertFalse(event.await(Duration.ofSeconds(Long.MIN_VALUE)));
    }

    @OnEachBackend
    void awaitBeyondNanosecondsWaitsForEver(Backend backend) throws Exception {
        Event event = new Event(backend);

        Call<Boolean> waiter = Call.start(backend, () -> event.await(Duration.ofSeconds(Long.MAX_VALUE)));
        waiter.blockedForEver();
        event.set();

        assertTrue(waiter.result());
    }

    @OnEachBackend
    void awaitThrowsWhenInterrupted(Backend backend) throws Exception {
        Event event = new Event(backend);

        Call<Void> waiter = Call.start(backend, () -> event.await()).interrupted();
        assertInstanceOf(InterruptedException.class, waiter.failure());
        Call<Boolean> timed = Call.start(backend, () -> event.await(Duration.ofDays(1)));
        assertInstanceOf(InterruptedException.class, timed.interrupted().failure());

        event.set();
        assertInterruptedBefore(backend, () -> event.await());
        assertInterruptedBefore(backend, () -> event.await(Duration.ZERO));
    }

    @OnEachBackend
    void whatWasDoneBeforeSetIsVisibleToWhomItFrees(Backend backend) throws Exception {
        Event event = new Event(backend);
        int[] plain = {0};

        Call<Integer> waiter = Call.start(backend, () -> {
            event.await();
            return plain[0];
        });
        waiter.blocked();
        plain[0] = 42;
        event.set();

        assertEquals(42, waiter.result());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameEvent(Backend backend) {
        Event event = new Event(backend);

        assertEquals(event, Event.of(event.asKotlin()));
        assertEquals(event.hashCode(), Event.of(event.asKotlin()).hashCode());
        assertNotEquals(event, new Event(backend));
        assertEquals(event.asKotlin().toString(), event.toString());
    }
}
