package org.freethreading.java;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How an executor invokes many tasks at once, and waits for all or for any of them. None is left running afterwards. */
final class Invocations {
    private Invocations() {}

    static <T> List<Future<T>> all(WorkerPoolExecutor executor, Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        return all(executor, List.copyOf(tasks), Patience.ENDLESS);
    }

    static <T> List<Future<T>> all(
            WorkerPoolExecutor executor, Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return all(executor, List.copyOf(tasks), new Patience(unit.toNanos(timeout)));
    }

    static <T> T any(WorkerPoolExecutor executor, Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return any(executor, List.copyOf(tasks), Patience.ENDLESS);
        } catch (TimeoutException never) {
            throw new AssertionError(never);
        }
    }

    static <T> T any(WorkerPoolExecutor executor, Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return any(executor, List.copyOf(tasks), new Patience(unit.toNanos(timeout)));
    }

    private static <T> List<Future<T>> all(WorkerPoolExecutor executor, List<Callable<T>> tasks, Patience patience)
            throws InterruptedException {
        List<Future<T>> futures = new ArrayList<>(tasks.size());
        try {
            for (Callable<T> task : tasks) {
                if (patience.isOver()) break;
                futures.add(executor.submit(task));
            }
            for (Future<T> future : futures) {
                if (!isDone(future, patience)) break;
            }
        } finally {
            futures.forEach(future -> future.cancel(true));
        }
        while (futures.size() < tasks.size()) {
            futures.add(cancelled());
        }
        return futures;
    }

    private static boolean isDone(Future<?> future, Patience patience) throws InterruptedException {
        try {
            future.get(patience.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CancellationException failed) {
            return true; // which the future tells whoever asks it
        } catch (TimeoutException late) {
            return false;
        }
        return true;
    }

    private static <T> T any(WorkerPoolExecutor executor, List<Callable<T>> tasks, Patience patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) throw new IllegalArgumentException("there are no tasks to invoke any of");
        List<Future<T>> futures = new ArrayList<>(tasks.size());
        BlockingQueue<Future<T>> done = new LinkedBlockingQueue<>();
        ExecutionException failure = null;
        try {
            for (Callable<T> task : tasks) {
                CompletableFuture<T> future = executor.submit(task);
                futures.add(future);
                future.whenComplete((result, thrown) -> done.add(future));
            }
            for (int left = tasks.size(); left > 0; left--) {
                Future<T> next = done.poll(patience.remainingNanos(), TimeUnit.NANOSECONDS);
                if (next == null) throw new TimeoutException("none of the tasks has succeeded in time");
                try {
                    return next.get();
                } catch (ExecutionException failed) {
                    failure = failed;
                } catch (CancellationException cancelled) {
                    failure = new ExecutionException(cancelled);
                }
            }
        } finally {
            futures.forEach(future -> future.cancel(true));
        }
        throw failure;
    }

    private static <T> Future<T> cancelled() {
        CompletableFuture<T> future = new CompletableFuture<>();
        future.cancel(false);
        return future;
    }

    /** How long a caller is ready to wait, from now on. */
    private static final class Patience {
        /** 292 years. */
        static final Patience ENDLESS = new Patience(Long.MAX_VALUE);

        private final long nanos;
        private final long start = System.nanoTime();

        Patience(long nanos) {
            this.nanos = Math.max(nanos, 0);
        }

        boolean isOver() {
            return remainingNanos() <= 0;
        }

        long remainingNanos() {
            return nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
        }
    }
}
