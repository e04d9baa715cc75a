package org.freethreading.java;

import java.util.concurrent.Callable;

/** A thread that calls something which blocks, to be interrupted. Tells how the call ended. */
final class BlockedCall {
    private final Thread thread;
    private volatile Object result;
    private volatile Throwable failure;
    private volatile boolean flag;

    private BlockedCall(Callable<?> call) {
        thread = new Thread(() -> {
            try {
                result = call.call();
            } catch (Throwable thrown) {
                failure = thrown;
            }
            flag = Thread.currentThread().isInterrupted();
        });
        thread.setDaemon(true);
    }

    static BlockedCall of(Callable<?> call) {
        BlockedCall caller = new BlockedCall(call);
        caller.thread.start();
        return caller;
    }

    boolean isWaiting() {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    void interrupt() {
        thread.interrupt();
    }

    Object result() throws InterruptedException {
        thread.join();
        if (failure != null) throw new AssertionError("the call failed", failure);
        return result;
    }

    Throwable failure() throws InterruptedException {
        thread.join();
        if (failure == null) throw new AssertionError("the call returned " + result);
        return failure;
    }

    /** Whether the thread was left interrupted. */
    boolean isFlagged() throws InterruptedException {
        thread.join();
        return flag;
    }
}
