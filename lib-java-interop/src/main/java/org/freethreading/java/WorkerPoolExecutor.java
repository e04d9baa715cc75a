package org.freethreading.java;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.freethreading.Backend;
import org.freethreading.WorkerBiFunction;
import org.freethreading.WorkerCallable;
import org.freethreading.WorkerFunction;
import org.freethreading.WorkerRunnable;

/**
 * The workers of a {@link WorkerPool} as an {@link ExecutorService}: tasks are submitted and give futures. Workers,
 * failures, time-outs and settings are the pool's: they are daemons, so close the executor to wait for its tasks.
 *
 * <p><b>Lambdas.</b> Beside each method of the JDK that takes a {@code Runnable} or {@code Callable} stands one that
 * takes a {@link WorkerRunnable} or {@link WorkerCallable}. It wins for every lambda, which therefore serialises and may
 * throw checked exceptions. In strict mode, and on processes, a plain {@code Runnable} or {@code Callable} object that
 * does not serialise is a {@link org.freethreading.NotShippableException} at submission. So what wraps tasks in objects
 * of its own, such as {@code CompletableFuture.supplyAsync(f, executor)} and
 * {@link java.util.concurrent.ExecutorCompletionService}, needs threads that are not strict.
 *
 * <p><b>Futures.</b> A future completes with what the task threw, itself. {@code cancel(true)} stops a running task: it
 * is interrupted. So does completing the future from outside in any other way, such as {@code orTimeout};
 * {@code cancel(false)} only stops one that has not begun. Futures derived from it ({@code thenApply}) do not pass a
 * cancellation on to the task, as usual.
 *
 * <p>After {@link #shutdown()} tasks are rejected with {@link java.util.concurrent.RejectedExecutionException}. Two views
 * of the same Kotlin executor are equal. Safe for concurrent use. <b>Follows:</b>
 * {@code java.util.concurrent.ExecutorService} to the letter, memory effects included; Python
 * {@code concurrent.futures.Executor} for {@code map}.
 */
@SuppressWarnings("overloads") // for a lambda, the form that serialises wins, and the form with a result
public final class WorkerPoolExecutor implements ExecutorService, AutoCloseable {
    private final org.freethreading.WorkerPoolExecutor core;

    private WorkerPoolExecutor(org.freethreading.WorkerPoolExecutor core) {
        this.core = Objects.requireNonNull(core, "core");
    }

    /** Makes an executor with as many workers of the current backend as there are processors. */
    public WorkerPoolExecutor() {
        this(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Makes an executor with {@code workers} workers of the current backend.
     *
     * @param workers 1 or more
     * @throws IllegalArgumentException if {@code workers} is less than 1
     */
    public WorkerPoolExecutor(int workers) {
        this(workers, Backend.current());
    }

    /**
     * Makes an executor with as many workers of {@code backend} as there are processors.
     *
     * @param backend what the workers are made of
     */
    public WorkerPoolExecutor(Backend backend) {
        this(Runtime.getRuntime().availableProcessors(), backend);
    }

    /**
     * Makes an executor with {@code workers} workers of {@code backend}. For more settings see {@link #builder()}.
     *
     * @param workers 1 or more
     * @param backend what the workers are made of
     * @throws IllegalArgumentException if {@code workers} is less than 1
     */
    public WorkerPoolExecutor(int workers, Backend backend) {
        this(new org.freethreading.WorkerPoolExecutor(workers, backend));
    }

    /**
     * Starts the settings of an executor.
     *
     * @return a builder
     */
    public static PoolBuilder<WorkerPoolExecutor> builder() {
        return PoolBuilder.of(org.freethreading.WorkerPoolExecutor.builder(), WorkerPoolExecutor::of);
    }

    /**
     * Returns the view of a Kotlin executor; both are the same workers.
     *
     * @param core the Kotlin executor
     * @return the view
     */
    public static WorkerPoolExecutor of(org.freethreading.WorkerPoolExecutor core) {
        return new WorkerPoolExecutor(core);
    }

    /**
     * Returns the Kotlin executor that this one is a view of.
     *
     * @return the Kotlin twin
     */
    public org.freethreading.WorkerPoolExecutor asKotlin() {
        return core;
    }

    /**
     * Runs {@code command} on a worker. What it throws is an uncaught exception of that worker's thread, which lives on.
     *
     * @param command what to run
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code command} cannot travel
     */
    @Override
    public void execute(Runnable command) {
        core.execute(command);
    }

    /**
     * As the other {@code execute}, for a lambda.
     *
     * @param command what to run
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code command} cannot travel
     */
    public void execute(WorkerRunnable command) {
        core.execute(command);
    }

    /**
     * Runs {@code task} on a worker.
     *
     * @param task what to run
     * @param <T> the type of the result
     * @return a future of the result
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code task} cannot travel
     */
    @Override
    public <T> CompletableFuture<T> submit(Callable<T> task) {
        return core.future(task);
    }

    /**
     * As the other {@code submit}, for a lambda with a result.
     *
     * @param task what to run
     * @param <T> the type of the result
     * @return a future of the result
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code task} cannot travel
     */
    public <T> CompletableFuture<T> submit(WorkerCallable<T> task) {
        return core.future(task);
    }

    /**
     * Runs {@code task} on a worker.
     *
     * @param task what to run
     * @return a future that completes with null
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code task} cannot travel
     */
    @Override
    public CompletableFuture<Void> submit(Runnable task) {
        return core.future(task, null);
    }

    /**
     * As the other {@code submit}, for a lambda without a result.
     *
     * @param task what to run
     * @return a future that completes with null
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code task} cannot travel
     */
    public CompletableFuture<Void> submit(WorkerRunnable task) {
        return core.future(task, null);
    }

    /**
     * Runs {@code task} on a worker. The result stays here: it need not be able to travel.
     *
     * @param task what to run
     * @param result what the future gives
     * @param <T> the type of the result
     * @return a future that completes with {@code result}
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code task} cannot travel
     */
    @Override
    public <T> CompletableFuture<T> submit(Runnable task, T result) {
        return core.future(task, result);
    }

    /**
     * As the other {@code submit} with a given result, for a lambda.
     *
     * @param task what to run
     * @param result what the future gives
     * @param <T> the type of the result
     * @return a future that completes with {@code result}
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code task} cannot travel
     */
    public <T> CompletableFuture<T> submit(WorkerRunnable task, T result) {
        return core.future(task, result);
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return Invocations.all(this, tasks);
    }

    /**
     * As the other {@code invokeAll}, for lambdas.
     *
     * @param tasks what to run
     * @param <T> the type of the results
     * @return the futures, in the order of the tasks, all done
     * @throws InterruptedException if the calling thread is interrupted while it waits; the tasks are cancelled
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     */
    public <T> List<Future<T>> invokeAll(List<? extends WorkerCallable<T>> tasks) throws InterruptedException {
        return Invocations.all(this, tasks);
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return Invocations.all(this, tasks, timeout, unit);
    }

    /**
     * As the other timed {@code invokeAll}, for lambdas.
     *
     * @param tasks what to run
     * @param timeout how long to wait
     * @param unit the unit of {@code timeout}
     * @param <T> the type of the results
     * @return the futures, in the order of the tasks, all done; those that were not done in time are cancelled
     * @throws InterruptedException if the calling thread is interrupted while it waits; the tasks are cancelled
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     */
    public <T> List<Future<T>> invokeAll(List<? extends WorkerCallable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return Invocations.all(this, tasks, timeout, unit);
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     * @throws ExecutionException if no task succeeds
     */
    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        return Invocations.any(this, tasks);
    }

    /**
     * As the other {@code invokeAny}, for lambdas.
     *
     * @param tasks what to run
     * @param <T> the type of the results
     * @return the result of one that succeeded
     * @throws InterruptedException if the calling thread is interrupted while it waits; the tasks are cancelled
     * @throws ExecutionException if no task succeeds
     * @throws IllegalArgumentException if there are no tasks
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     */
    public <T> T invokeAny(List<? extends WorkerCallable<T>> tasks) throws InterruptedException, ExecutionException {
        return Invocations.any(this, tasks);
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     * @throws ExecutionException if no task succeeds
     * @throws TimeoutException if the time is up before a task has succeeded
     */
    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return Invocations.any(this, tasks, timeout, unit);
    }

    /**
     * As the other timed {@code invokeAny}, for lambdas.
     *
     * @param tasks what to run
     * @param timeout how long to wait
     * @param unit the unit of {@code timeout}
     * @param <T> the type of the results
     * @return the result of one that succeeded
     * @throws InterruptedException if the calling thread is interrupted while it waits; the tasks are cancelled
     * @throws ExecutionException if no task succeeds
     * @throws TimeoutException if none has succeeded in time; the tasks are cancelled
     * @throws IllegalArgumentException if there are no tasks
     * @throws java.util.concurrent.RejectedExecutionException after {@link #shutdown()}
     */
    public <T> T invokeAny(List<? extends WorkerCallable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return Invocations.any(this, tasks, timeout, unit);
    }

    /**
     * Applies {@code function} to each of {@code items}, one at a time. All of the input is read, and the work starts,
     * before this returns.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return the results, in the order of the input. {@code next} waits; it throws the failure of an element, unchecked
     *     as itself, checked as the cause of a {@link java.util.concurrent.CompletionException}, which ends the iteration
     *     and stops the rest. An interrupt while it waits is a {@link CancellationException}, and stops the work too
     */
    public <A, R> Iterator<R> map(Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function) {
        return Results.iterator(core.<A, R>mapBlocking(items, function));
    }

    /**
     * As the other {@code map}, in chunks and with a limit of time.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param timeout how long after this call a result may still come. If it is not there by then, {@code next} throws a
     *     {@link java.util.concurrent.CompletionException} with a {@link TimeoutException} as its cause
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return the results, in the order of the input, as of the other {@code map}
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, R> Iterator<R> map(
            Iterable<? extends A> items,
            int chunkSize,
            Duration timeout,
            WorkerFunction<? super A, ? extends R> function) {
        Objects.requireNonNull(timeout, "timeout");
        return Results.iterator(core.<A, R>mapBlocking(items, chunkSize, timeout, function));
    }

    /**
     * As the other {@code map}, for the first of {@code items} with the first of {@code others}, and so on, until one of
     * them ends.
     *
     * @param items the first arguments
     * @param others the second arguments
     * @param function what to apply
     * @param <A> the type of the first arguments
     * @param <B> the type of the second arguments
     * @param <R> the type of the results
     * @return the results, in the order of the input, as of the other {@code map}
     */
    public <A, B, R> Iterator<R> map(
            Iterable<? extends A> items,
            Iterable<? extends B> others,
            WorkerBiFunction<? super A, ? super B, ? extends R> function) {
        return Results.iterator(core.<A, B, R>mapBlocking(items, others, function));
    }

    /** Accepts no more tasks; the workers end when those accepted are done. Does not wait. */
    @Override
    public void shutdown() {
        core.shutdown();
    }

    /**
     * As the other {@code shutdown}, and cancels the tasks that have not begun.
     *
     * @param cancelQueued whether to cancel them
     */
    public void shutdown(boolean cancelQueued) {
        core.shutdown(cancelQueued);
    }

    /**
     * Stops all tasks: those that run are interrupted, and all futures are cancelled. Does not wait.
     *
     * @return the tasks that had not begun: what was executed or submitted itself if it is a {@code Runnable}
     */
    @Override
    public List<Runnable> shutdownNow() {
        return new ArrayList<>(core.shutdownNow());
    }

    @Override
    public boolean isShutdown() {
        return core.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return core.isTerminated();
    }

    /**
     * {@inheritDoc}
     *
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return awaitTermination(Duration.ofNanos(unit.toNanos(timeout)));
    }

    /**
     * Blocks the calling thread until all tasks are done and the workers have ended after a shutdown, at most for
     * {@code timeout}.
     *
     * @param timeout how long to wait; not at all if it is negative or zero
     * @return whether the workers have ended
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return core.awaitTerminationBlocking(timeout);
    }

    /**
     * Does {@link #shutdown()}, then waits until all tasks are done and the workers have ended. An interrupt stops the
     * tasks ({@link #shutdownNow()}); the wait goes on, and the thread's interrupt flag is set again. Called by one of
     * its own workers, it does not wait.
     */
    @Override
    public void close() {
        core.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WorkerPoolExecutor that && that.core.equals(core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    @Override
    public String toString() {
        return core.toString();
    }
}
