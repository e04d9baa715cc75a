package org.freethreading.java;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.freethreading.Backend;

/** A thread, as a backend's workers are, that makes one call, which may block. */
final class Call<R> {
    private final FutureTask<R> call;
    private final Thread thread;

    private Call(Backend backend, Callable<R> call) {
        this.call = new FutureTask<>(call);
        this.thread = start(backend, this.call);
    }

    /** A call without a result. */
    interface Action {
        void run() throws Exception;
    }

    static <R> Call<R> start(Backend backend, Callable<R> call) {
        return new Call<>(backend, call);
    }

    static Call<Void> start(Backend backend, Action call) {
        return new Call<>(backend, () -> {
            call.run();
            return null;
        });
    }

    /** Waits until the call blocks. */
    Call<R> blocked() {
        return blocked(Thread.State.WAITING, Thread.State.TIMED_WAITING);
    }

    /** Waits until the call blocks, without a time limit of its own. */
    Call<R> blockedForEver() {
        return blocked(Thread.State.WAITING, Thread.State.WAITING);
    }

    private Call<R> blocked(Thread.State one, Thread.State other) {
        while (true) {
            Thread.State state = thread.getState();
            if (state == one || state == other) return this;
            if (call.isDone()) throw new AssertionError("the call does not block: " + call);
            Thread.yield();
        }
    }

    /** Interrupts the call, once it blocks. */
    Call<R> interrupted() {
        blocked();
        thread.interrupt();
        return this;
    }

    /** Interrupts a call that goes on nevertheless, and waits until it blocks again. */
    Call<R> interruptedInVain() {
        interrupted();
        while (thread.isInterrupted()) Thread.yield(); // it has noticed
        return blocked();
    }

    boolean isDone() {
        return call.isDone();
    }

    /** Waits for the call, and returns what it returns. */
    R result() throws InterruptedException, ExecutionException {
        return call.get();
    }

    /** Waits for the call, and returns what it throws. */
    Throwable failure() throws InterruptedException {
        try {
            throw new AssertionError("the call did not fail, but returned " + call.get());
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static Thread start(Backend backend, Runnable call) {
        if (backend.name().equals("virtual-threads")) {
            try {
                // Not in Java 17, for which this is compiled.
                return (Thread) Thread.class
                        .getMethod("startVirtualThread", Runnable.class)
                        .invoke(null, call);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        Thread thread = new Thread(call);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
