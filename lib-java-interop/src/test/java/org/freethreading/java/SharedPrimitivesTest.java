package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.freethreading.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Primitives that the program and its processes share, in Java. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedPrimitivesTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private final Backend processes = Backend.processes();

    @Test
    void areSharedWithTheTasksThatCaptureThem() throws InterruptedException {
        Queue<String> names = new Queue<>(processes);
        Queue<String> greetings = new Queue<>(2, processes);
        Semaphore permits = new Semaphore(2, processes);
        Event done = new Event(processes);
        try (WorkerPool pool = new WorkerPool(1, processes)) {
            pool.applyAsync(() -> {
                for (String name : names.drain()) greetings.put("Hello, " + name);
                permits.acquire();
                done.set();
            });
            names.addAll(List.of("Ada", "Grace", "Barbara"));
            names.shutdown();

            assertEquals("Hello, Ada", greetings.take());
            assertEquals("Hello, Grace", greetings.take());
            assertEquals("Hello, Barbara", greetings.take());
            assertTrue(done.await(SOON));
            assertEquals(1, permits.availablePermits());
        }
    }

    @Test
    void areTheSameWhenTheyComeBack() throws InterruptedException {
        Lock lock = new Lock(processes);
        Condition condition = new Condition(lock);
        Queue<Object> queue = new Queue<>(processes);
        try (WorkerPool pool = new WorkerPool(1, processes)) {
            Lock back = pool.apply(() -> lock);
            pool.apply(() -> queue.put(condition));

            assertSame(lock.asKotlin(), back.asKotlin());
            assertSame(condition.asKotlin(), ((Condition) queue.take()).asKotlin());
        }
    }

    @Test
    void comeBackFromAProcessThatEndedIfTheQueueRedelivers() throws InterruptedException {
        Queue<String> jobs = new Queue<>(0, true, processes);
        jobs.addAll(List.of("done", "begun"));
        try (WorkerPool pool = new WorkerPool(1, processes)) {
            pool.apply(() -> {
                jobs.take();
                jobs.taskDone();
                jobs.take();
            });
        }

        assertEquals("begun", jobs.poll(SOON));
        assertFalse(jobs.join(Duration.ZERO));
        jobs.taskDone();
        assertTrue(jobs.join(SOON));
    }

    @Test
    void haveNoRoomLeftWhenMoreHasComeBackThanTheyMayHold() throws InterruptedException {
        Queue<Integer> jobs = new Queue<>(2, true, processes);
        jobs.addAll(List.of(1, 2));
        try (WorkerPool pool = new WorkerPool(1, processes)) {
            pool.apply(() -> jobs.drainTo(new ArrayList<>(), 2));
            assertEquals(2, jobs.remainingCapacity());
            jobs.addAll(List.of(3, 4));
        }

        assertEquals(1, jobs.poll(SOON)); // by then all is back
        assertEquals(List.of(2, 3, 4), List.copyOf(jobs));
        assertEquals(0, jobs.remainingCapacity());
    }

    @Test
    void areFreeAgainWhenTheProcessThatHeldThemHasEnded() throws InterruptedException {
        Lock lock = new Lock(processes);
        RLock reentrant = new RLock(processes);
        try (WorkerPool pool = new WorkerPool(1, processes)) {
            pool.apply(() -> {
                lock.lock();
                reentrant.lock();
            });
            assertTrue(lock.isLocked());
        }

        assertTrue(lock.tryLock(SOON));
        assertTrue(lock.wasAbandoned());
        assertTrue(reentrant.tryLock(SOON));
        assertTrue(reentrant.wasAbandoned());
    }
}
