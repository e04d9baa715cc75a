package org.freethreading.java;

import static org.freethreading.java.JdkLockContract.assertInterruptedBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.freethreading.Backend;
import org.freethreading.ConnectionClosedException;
import org.freethreading.NotShippableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipeTest {
    @Test
    void isMadeForTheCurrentBackendUnlessTold() throws InterruptedException {
        Pipe<String> pipe = Pipe.create();
        pipe.first().send("a");
        assertEquals("a", pipe.second().receive());
        Pipe.<String>oneWay().second().send("b");
    }

    @OnEachBackend
    void carriesItemsBothWaysBetweenWorkers(Backend backend) throws InterruptedException {
        Pipe<Object> pipe = Pipe.create(backend);
        try (pipe;
                WorkerPool pool = new WorkerPool(1, backend)) {
            Connection<Object> second = pipe.second();
            var answer = pool.applyAsync(() -> second.send(List.of(second.receive(), "back")));
            pipe.first().send("there");

            assertEquals(List.of("there", "back"), pipe.first().receive());
            answer.join();
            assertFalse(pipe.first().isReady());
        }
        assertThrows(ConnectionClosedException.class, pipe.first()::receive);
    }

    @OnEachBackend
    void hasAWayInAndAWayOutIfItIsOneWay(Backend backend) throws Exception {
        Pipe<Integer> pipe = Pipe.oneWay(backend);

        pipe.second().send(1);

        assertEquals(1, pipe.first().receive(Duration.ZERO));
        assertThrows(UnsupportedOperationException.class, () -> pipe.first().send(1));
        assertThrows(UnsupportedOperationException.class, pipe.second()::receive);
    }

    @OnEachBackend
    void receiveWaitsNoLongerThanTold(Backend backend) throws Exception {
        Pipe<String> pipe = Pipe.create(backend);
        Connection<String> end = pipe.first();
        assertThrows(TimeoutException.class, () -> end.receive(Duration.ZERO));
        assertThrows(TimeoutException.class, () -> end.receive(Duration.ofDays(-1)));
        assertThrows(TimeoutException.class, () -> end.receive(Duration.ofMillis(5)));

        Call<String> receiver = Call.start(backend, () -> end.receive(Duration.ofSeconds(Long.MAX_VALUE)));
        receiver.blockedForEver();
        pipe.second().send("item");

        assertEquals("item", receiver.result());
    }

    @OnEachBackend
    void whoWaitsIsToldWhenTheOtherEndIsClosed(Backend backend) throws Exception {
        Pipe<String> pipe = Pipe.create(backend);
        Call<String> receiver =
                Call.start(backend, () -> pipe.first().receive()).blocked();

        pipe.second().close();

        Throwable failure = receiver.failure();
        assertInstanceOf(ConnectionClosedException.class, failure);
        assertInstanceOf(IllegalStateException.class, failure);
        assertThrows(ConnectionClosedException.class, () -> pipe.first().send("x"));
        assertTrue(pipe.first().isReady());
    }

    @OnEachBackend
    void whoIsInterruptedHasReceivedNothing(Backend backend) throws Exception {
        Pipe<String> pipe = Pipe.create(backend);

        Call<String> receiver =
                Call.start(backend, () -> pipe.first().receive()).interrupted();
        assertInstanceOf(InterruptedException.class, receiver.failure());
        pipe.second().send("item");
        assertInterruptedBefore(backend, () -> pipe.first().receive());
        assertInterruptedBefore(backend, () -> pipe.first().receive(Duration.ofDays(1)));

        assertEquals("item", pipe.first().receive());
    }

    @OnEachBackend
    void takesNoNull(Backend backend) {
        Connection<String> end = Pipe.<String>create(backend).first();

        Exception refusal = assertThrows(NullPointerException.class, () -> end.send(null));

        assertEquals("a connection takes no null", refusal.getMessage());
        assertThrows(NullPointerException.class, () -> Pipe.of(null));
        assertThrows(NullPointerException.class, () -> Connection.of(null));
    }

    @Test
    void refusesInStrictModeWhatCannotTravel() {
        Pipe<Object> pipe = Pipe.create(Backend.threads(true));

        assertThrows(NotShippableException.class, () -> pipe.first().send(new Object()));

        assertFalse(pipe.second().isReady());
    }

    @OnEachBackend
    void equalsWhateverIsTheSameEnd(Backend backend) throws InterruptedException {
        Pipe<Object> pipe = Pipe.create(backend);

        assertEquals(pipe, Pipe.of(pipe.asKotlin()));
        assertEquals(pipe.hashCode(), Pipe.of(pipe.asKotlin()).hashCode());
        assertEquals(pipe.first(), pipe.first());
        assertEquals(pipe.first(), Connection.of(pipe.first().asKotlin()));
        assertEquals(pipe.first().hashCode(), pipe.first().hashCode());
        assertNotEquals(pipe.first(), pipe.second());
        assertNotEquals(pipe, Pipe.create(backend));
        assertEquals("Connection(0 items to receive)", pipe.first().toString());
        pipe.first().send(List.of(pipe, pipe.second()));
        assertEquals(List.of(pipe, pipe.second()), pipe.second().receive());
    }

    @Test
    void endsWithTheProcessAtTheOtherEnd() throws Exception {
        Backend processes = Backend.processes();
        Pipe<String> pipe = Pipe.create(processes);
        Connection<String> second = pipe.second();

        Worker worker = new Worker("sender", () -> second.send("last words"), processes).start();

        assertEquals("last words", pipe.first().receive());
        assertThrows(ConnectionClosedException.class, () -> pipe.first().receive(Duration.ofSeconds(30)));
        worker.join();
    }
}
