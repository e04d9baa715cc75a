package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.jvm.functions.Function1;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.GlobalScope;
import kotlinx.coroutines.future.FutureKt;
import org.freethreading.Backend;
import org.freethreading.NotShippableException;
import org.freethreading.WorkerCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A Java thread blocks where a Kotlin coroutine suspends: both faces show one primitive. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BridgeTest {
    @OnEachBackend
    void aThreadAndACoroutineTakeTurnsWithALock(Backend backend) throws Exception {
        Lock lock = new Lock(backend);
        lock.lock();

        var coroutine = start(k -> lock.asKotlin().lock(k));
        Call<Void> thread = Call.start(backend, () -> {
            lock.lock();
            lock.unlock();
        });
        thread.blocked();
        assertFalse(coroutine.isDone());
        lock.unlock();
        coroutine.get();
        assertTrue(lock.isLocked());
        lock.asKotlin().unlock();

        thread.result();
    }

    @OnEachBackend
    void aThreadAndACoroutineWaitForPermitsInOneLine(Backend backend) throws Exception {
        Semaphore semaphore = Semaphore.of(new org.freethreading.Semaphore(0, backend));

        Call<Void> thread = Call.start(backend, () -> semaphore.acquire()).blocked();
        var coroutine = start(k -> semaphore.asKotlin().acquire(1, k));
        semaphore.asKotlin().release();
        thread.result();
        assertFalse(coroutine.isDone());
        semaphore.release();

        coroutine.get();
    }

    @OnEachBackend
    void aThreadTakesWhatACoroutinePuts(Backend backend) throws Exception {
        Queue<Integer> queue = new Queue<>(1, backend);
        queue.put(1);

        var producer = start(k -> queue.asKotlin().put(2, k));
        assertFalse(producer.isDone());
        assertEquals(1, queue.take());
        producer.get();
        assertEquals(2, queue.take());
    }

    @OnEachBackend
    void aCoroutineGetsWhatAThreadPuts(Backend backend) throws Exception {
        Queue<Integer> queue = Queue.of(new org.freethreading.Queue<>(0, false, backend));
        SimpleQueue<Integer> simple = new SimpleQueue<>(backend);

        CompletableFuture<Object> consumer = start(k -> queue.asKotlin().get(k));
        CompletableFuture<Object> other = start(k -> simple.asKotlin().get(k));
        queue.put(1);
        simple.put(2);

        assertEquals(1, consumer.get());
        assertEquals(2, other.get());
    }

    @OnEachBackend
    void aCoroutineReceivesWhatAThreadSendsAndTheOtherWayRound(Backend backend) throws Exception {
        Pipe<Integer> pipe = Pipe.of(org.freethreading.Pipe.create(backend));

        CompletableFuture<Object> coroutine = start(k -> pipe.first().asKotlin().receive(k));
        Call<Integer> thread =
                Call.start(backend, () -> pipe.second().receive()).blocked();
        pipe.second().send(1);
        pipe.first().asKotlin().send(2);

        assertEquals(1, coroutine.get());
        assertEquals(2, thread.result());
    }

    @OnEachBackend
    void aThreadAndACoroutineMeetAtABarrier(Backend backend) throws Exception {
        Barrier barrier = new Barrier(2, backend);

        Call<Integer> thread = Call.start(backend, () -> barrier.await()).blocked();
        int last = barrier.asKotlin().awaitBlocking();

        assertEquals(0, thread.result());
        assertEquals(1, last);
    }

    @OnEachBackend
    void aCoroutineKeepsItsReentrantLockFromThreads(Backend backend) throws Exception {
        RLock lock = new RLock(backend);
        Semaphore go = new Semaphore(0, backend);

        var coroutine =
                start(k -> lock.asKotlin().withLock(inner -> go.asKotlin().acquire(1, inner), k));
        assertTrue(lock.isLocked());
        assertFalse(lock.isHeldByCurrentWorker());
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        Call<Void> thread = Call.start(backend, lock::lock).blocked();
        go.release();

        coroutine.get();
        thread.result();
    }

    @OnEachBackend
    void aCoroutineSignalsAThread(Backend backend) throws Exception {
        Condition condition = new Condition(backend);
        Call<Boolean> thread = Call.start(backend, () -> {
            condition.lock();
            condition.await();
            return condition.tryLock();
        });
        thread.blocked();

        var coroutine = start(k -> condition
                .asKotlin()
                .withLock(
                        inner -> {
                            condition.asKotlin().signal();
                            return Unit.INSTANCE;
                        },
                        k));

        coroutine.get();
        assertTrue(thread.result());
    }

    static Stream<Serializable> primitives() {
        return TestBackends.threads()
                .flatMap(backend -> Stream.of(
                        new Lock(backend),
                        new RLock(backend),
                        new Semaphore(backend),
                        new BoundedSemaphore(backend),
                        new Condition(backend),
                        new Condition(new Lock(backend)),
                        new Event(backend),
                        new Barrier(2, () -> {}, backend),
                        new Queue<String>(backend),
                        new SimpleQueue<String>(backend),
                        Pipe.<String>create(backend),
                        Pipe.<String>create(backend).second()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("primitives")
    void travelsInStrictModeAsItselfAndCapturedByALambda(Serializable primitive) throws Exception {
        Queue<Object> strict = new Queue<>(Backend.threads(true));
        WorkerCallable<String> task = primitive::toString;

        assertDoesNotThrow(() -> strict.put(primitive));
        assertDoesNotThrow(() -> strict.put(task));
        assertDoesNotThrow(() -> strict.put(new Object[] {List.of(primitive)}));

        assertSame(primitive, strict.take());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("primitives")
    void madeForThreadsIsNotWrittenElsewhere(Serializable primitive) throws IOException {
        try (var out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            Exception refusal = assertThrows(NotShippableException.class, () -> out.writeObject(primitive));

            assertTrue(refusal.getMessage().contains("made for threads"), refusal.getMessage());
        }
    }

    @Test
    void ofNullIsRefused() {
        assertThrows(NullPointerException.class, () -> Lock.of(null));
        assertThrows(NullPointerException.class, () -> RLock.of(null));
        assertThrows(NullPointerException.class, () -> Semaphore.of(null));
        assertThrows(NullPointerException.class, () -> BoundedSemaphore.of((org.freethreading.BoundedSemaphore) null));
        assertThrows(NullPointerException.class, () -> Condition.of(null));
        assertThrows(NullPointerException.class, () -> Event.of(null));
        assertThrows(NullPointerException.class, () -> Barrier.of(null));
        assertThrows(NullPointerException.class, () -> Queue.of(null));
        assertThrows(NullPointerException.class, () -> SimpleQueue.of(null));
        assertThrows(NullPointerException.class, () -> Pipe.of(null));
        assertThrows(NullPointerException.class, () -> Connection.of(null));
    }

    /** Starts a coroutine, which has suspended when this returns, unless it had no need to. */
    private static <R> CompletableFuture<R> start(Function1<Continuation<? super R>, Object> body) {
        return FutureKt.future(
                GlobalScope.INSTANCE,
                EmptyCoroutineContext.INSTANCE,
                CoroutineStart.UNDISPATCHED,
                (scope, continuation) -> body.invoke(continuation));
    }
}
