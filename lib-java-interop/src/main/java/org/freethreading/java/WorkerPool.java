package org.freethreading.java;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.freethreading.Backend;
import org.freethreading.Outcome;
import org.freethreading.WorkerBiFunction;
import org.freethreading.WorkerCallable;
import org.freethreading.WorkerFunction;
import org.freethreading.WorkerRunnable;

/**
 * A fixed number of workers that run tasks and maps. Its workers are daemons; close the pool when it is not needed any
 * more.
 *
 * <pre>{@code
 * try (WorkerPool pool = new WorkerPool(4)) {
 *     List<Integer> squares = pool.map(List.of(1, 2, 3), x -> x * x);
 *     int answer = pool.apply(() -> 42);
 * }
 * }</pre>
 *
 * <p>Each task ends on its own: a failure, a time-out or a crash is that of one task or one element, and the pool goes
 * on at full size. On threads a task that overruns its time is interrupted and its caller gets
 * {@link org.freethreading.TaskTimeoutException} at once; a thread that does not react is replaced after the grace
 * period. When as many threads are stuck as there are workers, new work is rejected.
 *
 * <p><b>Maps.</b> {@code map} reads all of the input first and keeps its order, throws the failure that is first in that
 * order, and stops the rest. {@code imap} is lazy and bounded: it reads the input, on the consuming thread, only a
 * little ahead of the consumer, so an endless input works: 2 chunks for each worker, 16 on processes. The {@code All}
 * forms give an {@link Outcome} for each element, and no failure ends them. Elements go to the workers in chunks: chunk
 * size 0 means to choose, which is also what the forms without one do.
 *
 * <p><b>Streams.</b> What {@code imap} and its like return is sequential, whatever is asked of it, and can be consumed
 * once. Nothing is read and no work begins before the terminal operation. Close a stream that is not consumed to its
 * end ({@code try}-with-resources): that stops the work, as an exception on the way does. An interrupt of the consuming
 * thread is a {@link java.util.concurrent.CancellationException}, with the interrupt flag set and the work stopped.
 *
 * <p><b>Failures.</b> {@code apply}, the maps and the streams throw what the task threw: unchecked as itself, checked as
 * the cause of a {@link java.util.concurrent.CompletionException}. A future completes with what the task threw, itself.
 * Either way it has its own stack and tells, suppressed, on which worker it was thrown and, if a caller waited, where.
 * After {@link #shutdown()} new work is a {@link java.util.concurrent.RejectedExecutionException}, and in strict mode
 * what cannot travel is a {@link org.freethreading.NotShippableException}.
 *
 * <p><b>Cancellation.</b> Interrupting a blocked caller, or completing a returned future from outside in any way
 * ({@code cancel}, {@code complete}, {@code orTimeout}), stops that work: what has not begun never will, and what runs
 * is interrupted, unless by {@code cancel(false)}.
 *
 * <p>Two views of the same Kotlin pool are equal. Safe for concurrent use. <b>Follows:</b> Python
 * {@code multiprocessing.pool.Pool}.
 */
@SuppressWarnings("overloads") // for a lambda, the form with a result wins where there is one
public final class WorkerPool implements AutoCloseable {
    private final org.freethreading.WorkerPool core;

    private WorkerPool(org.freethreading.WorkerPool core) {
        this.core = Objects.requireNonNull(core, "core");
    }

    /** Makes a pool of as many workers of the current backend as there are processors. */
    public WorkerPool() {
        this(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Makes a pool of {@code workers} workers of the current backend.
     *
     * @param workers 1 or more
     * @throws IllegalArgumentException if {@code workers} is less than 1
     */
    public WorkerPool(int workers) {
        this(workers, Backend.current());
    }

    /**
     * Makes a pool of as many workers of {@code backend} as there are processors.
     *
     * @param backend what the workers are made of
     */
    public WorkerPool(Backend backend) {
        this(Runtime.getRuntime().availableProcessors(), backend);
    }

    /**
     * Makes a pool of {@code workers} workers of {@code backend}. For more settings see {@link #builder()}.
     *
     * @param workers 1 or more
     * @param backend what the workers are made of
     * @throws IllegalArgumentException if {@code workers} is less than 1
     */
    public WorkerPool(int workers, Backend backend) {
        this(new org.freethreading.WorkerPool(workers, backend));
    }

    /**
     * Starts the settings of a pool.
     *
     * @return a builder
     */
    public static PoolBuilder<WorkerPool> builder() {
        return PoolBuilder.of(org.freethreading.WorkerPool.builder(), WorkerPool::of);
    }

    /**
     * Returns the view of a Kotlin pool; both are the same workers.
     *
     * @param core the Kotlin pool
     * @return the view
     */
    public static WorkerPool of(org.freethreading.WorkerPool core) {
        return new WorkerPool(core);
    }

    /**
     * Returns the Kotlin pool that this one is a view of.
     *
     * @return the Kotlin twin
     */
    public org.freethreading.WorkerPool asKotlin() {
        return core;
    }

    /**
     * Returns how many workers there are.
     *
     * @return the number the pool was made with
     */
    public int getWorkers() {
        return core.getWorkers();
    }

    /**
     * Runs {@code call} on a worker, and waits for its result.
     *
     * @param call what to run
     * @param <R> the type of the result
     * @return the result
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the call is stopped
     */
    public <R> R apply(WorkerCallable<R> call) throws InterruptedException {
        return Results.await(applyAsync(call));
    }

    /**
     * Runs {@code function} with {@code argument} on a worker, and waits for its result.
     *
     * @param function what to run
     * @param argument what to give it
     * @param <A> the type of the argument
     * @param <R> the type of the result
     * @return the result
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the call is stopped
     */
    public <A, R> R apply(WorkerFunction<? super A, ? extends R> function, A argument) throws InterruptedException {
        return Results.await(this.<A, R>applyAsync(function, argument));
    }

    /**
     * Runs {@code block} on a worker, and waits until it has ended.
     *
     * @param block what to run
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the block is stopped
     */
    public void apply(WorkerRunnable block) throws InterruptedException {
        Results.await(applyAsync(block));
    }

    /**
     * Runs {@code call} on a worker, without waiting.
     *
     * @param call what to run
     * @param <R> the type of the result
     * @return a future of the result
     */
    public <R> CompletableFuture<R> applyAsync(WorkerCallable<R> call) {
        return core.future(call);
    }

    /**
     * Runs {@code function} with {@code argument} on a worker, without waiting.
     *
     * @param function what to run
     * @param argument what to give it
     * @param <A> the type of the argument
     * @param <R> the type of the result
     * @return a future of the result
     */
    public <A, R> CompletableFuture<R> applyAsync(WorkerFunction<? super A, ? extends R> function, A argument) {
        return core.applyFuture(function, argument);
    }

    /**
     * Runs {@code block} on a worker, without waiting.
     *
     * @param block what to run
     * @return a future that completes with null
     */
    public CompletableFuture<Void> applyAsync(WorkerRunnable block) {
        return core.future(block, null);
    }

    /**
     * Applies {@code function} to each of {@code items}, and waits for all results.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return the results, in the order of the input
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the work is stopped
     */
    public <A, R> List<R> map(Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function)
            throws InterruptedException {
        return map(items, 0, function);
    }

    /**
     * Applies {@code function} to each of {@code items}, and waits for all results.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return the results, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the work is stopped
     */
    public <A, R> List<R> map(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function)
            throws InterruptedException {
        return Results.await(this.<A, R>mapAsync(items, chunkSize, function));
    }

    /**
     * As {@code map}, without waiting: {@code items} are read before this returns.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a future of the results, in the order of the input
     */
    public <A, R> CompletableFuture<List<R>> mapAsync(
            Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function) {
        return mapAsync(items, 0, function);
    }

    /**
     * As {@code map}, without waiting: {@code items} are read before this returns.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a future of the results, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, R> CompletableFuture<List<R>> mapAsync(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function) {
        return core.mapFuture(items, chunkSize, function);
    }

    /**
     * Applies {@code function} to the key and the value of each entry, and waits for all results.
     *
     * @param entries the input, an entry for each pair of arguments
     * @param function what to apply
     * @param <A> the type of the first arguments
     * @param <B> the type of the second arguments
     * @param <R> the type of the results
     * @return the results, in the order of the input
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the work is stopped
     */
    public <A, B, R> List<R> starmap(
            Iterable<? extends Map.Entry<? extends A, ? extends B>> entries,
            WorkerBiFunction<? super A, ? super B, ? extends R> function)
            throws InterruptedException {
        return starmap(entries, 0, function);
    }

    /**
     * Applies {@code function} to the key and the value of each entry, and waits for all results.
     *
     * @param entries the input, an entry for each pair of arguments
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the first arguments
     * @param <B> the type of the second arguments
     * @param <R> the type of the results
     * @return the results, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the work is stopped
     */
    public <A, B, R> List<R> starmap(
            Iterable<? extends Map.Entry<? extends A, ? extends B>> entries,
            int chunkSize,
            WorkerBiFunction<? super A, ? super B, ? extends R> function)
            throws InterruptedException {
        return Results.await(this.<A, B, R>starmapAsync(entries, chunkSize, function));
    }

    /**
     * As {@code starmap}, without waiting: {@code entries} are read before this returns.
     *
     * @param entries the input, an entry for each pair of arguments
     * @param function what to apply
     * @param <A> the type of the first arguments
     * @param <B> the type of the second arguments
     * @param <R> the type of the results
     * @return a future of the results, in the order of the input
     */
    public <A, B, R> CompletableFuture<List<R>> starmapAsync(
            Iterable<? extends Map.Entry<? extends A, ? extends B>> entries,
            WorkerBiFunction<? super A, ? super B, ? extends R> function) {
        return starmapAsync(entries, 0, function);
    }

    /**
     * As {@code starmap}, without waiting: {@code entries} are read before this returns.
     *
     * @param entries the input, an entry for each pair of arguments
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the first arguments
     * @param <B> the type of the second arguments
     * @param <R> the type of the results
     * @return a future of the results, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, B, R> CompletableFuture<List<R>> starmapAsync(
            Iterable<? extends Map.Entry<? extends A, ? extends B>> entries,
            int chunkSize,
            WorkerBiFunction<? super A, ? super B, ? extends R> function) {
        return core.starmapFuture(entries, chunkSize, function);
    }

    /**
     * Applies {@code function} to each of {@code items}, and waits for all outcomes.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return the outcomes, in the order of the input
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the work is stopped
     */
    public <A, R> List<Outcome<R>> mapAll(Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function)
            throws InterruptedException {
        return mapAll(items, 0, function);
    }

    /**
     * Applies {@code function} to each of {@code items}, and waits for all outcomes.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return the outcomes, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     * @throws InterruptedException if the calling thread is interrupted, before or while it waits; the work is stopped
     */
    public <A, R> List<Outcome<R>> mapAll(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function)
            throws InterruptedException {
        return core.mapAllBlocking(items, chunkSize, function);
    }

    /**
     * Applies {@code function} to each of {@code items} as the stream is consumed.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the results, in the order of the input
     */
    public <A, R> Stream<R> imap(Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function) {
        return imap(items, 0, function);
    }

    /**
     * Applies {@code function} to each of {@code items} as the stream is consumed.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the results, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, R> Stream<R> imap(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function) {
        return stream(items, chunkSize, true, function, Results::get);
    }

    /**
     * As {@code imap}, but results come as they are ready.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the results, in any order
     */
    public <A, R> Stream<R> imapUnordered(
            Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function) {
        return imapUnordered(items, 0, function);
    }

    /**
     * As {@code imap}, but results come as they are ready.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the results, in any order
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, R> Stream<R> imapUnordered(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function) {
        return stream(items, chunkSize, false, function, Results::get);
    }

    /**
     * As {@code imap}, but gives the outcome of each element.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the outcomes, in the order of the input
     */
    public <A, R> Stream<Outcome<R>> imapAll(
            Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function) {
        return imapAll(items, 0, function);
    }

    /**
     * As {@code imap}, but gives the outcome of each element.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the outcomes, in the order of the input
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, R> Stream<Outcome<R>> imapAll(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function) {
        return stream(items, chunkSize, true, function, Function.identity());
    }

    /**
     * As {@code imapUnordered}, but gives the outcome of each element.
     *
     * @param items the input
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the outcomes, in any order; each tells its index
     */
    public <A, R> Stream<Outcome<R>> imapAllUnordered(
            Iterable<? extends A> items, WorkerFunction<? super A, ? extends R> function) {
        return imapAllUnordered(items, 0, function);
    }

    /**
     * As {@code imapUnordered}, but gives the outcome of each element.
     *
     * @param items the input
     * @param chunkSize how many elements go to a worker at once; 0: choose
     * @param function what to apply
     * @param <A> the type of the elements
     * @param <R> the type of the results
     * @return a lazy stream of the outcomes, in any order; each tells its index
     * @throws IllegalArgumentException if {@code chunkSize} is negative
     */
    public <A, R> Stream<Outcome<R>> imapAllUnordered(
            Iterable<? extends A> items, int chunkSize, WorkerFunction<? super A, ? extends R> function) {
        return stream(items, chunkSize, false, function, Function.identity());
    }

    /**
     * Returns this pool, with another time that each task may take. A task that overruns it fails with
     * {@link org.freethreading.TaskTimeoutException}.
     *
     * @param timeout a positive time, from the start of a task to its end
     * @return a view of the same workers
     * @throws IllegalArgumentException if {@code timeout} is not positive
     */
    public WorkerPool withTimeout(Duration timeout) {
        return of(core.withTimeout(timeout));
    }

    /**
     * Returns this pool, with another number of retries after a time-out or a crash.
     *
     * @param retries 0 or more
     * @return a view of the same workers
     * @throws IllegalArgumentException if {@code retries} is negative
     */
    public WorkerPool withRetries(int retries) {
        return of(core.withRetries(retries));
    }

    /** Accepts no more work; the workers end when what was accepted is done. */
    public void shutdown() {
        core.shutdown();
    }

    /**
     * Blocks the calling thread until all workers have ended.
     *
     * @throws IllegalStateException before {@link #shutdown()} or {@link #terminate()}, or if the caller is a worker of
     *     this pool
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public void join() throws InterruptedException {
        core.joinBlocking();
    }

    /**
     * Blocks the calling thread until all workers have ended, at most for {@code timeout}.
     *
     * @param timeout how long to wait; not at all if it is negative or zero
     * @return whether all workers have ended
     * @throws IllegalStateException before {@link #shutdown()} or {@link #terminate()}, or if the caller is a worker of
     *     this pool
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return core.joinBlocking(timeout);
    }

    /**
     * Stops all work: what waits and what runs is cancelled, so that those who wait for it get a
     * {@link java.util.concurrent.CancellationException}, and the workers end.
     */
    public void terminate() {
        core.terminate();
    }

    /**
     * Does {@link #shutdown()}, then waits until all accepted work is done and the workers have ended. An interrupt
     * stops the work ({@link #terminate()}); the wait goes on, and the thread's interrupt flag is set again. Called by a
     * worker of this pool, it does not wait.
     */
    @Override
    public void close() {
        core.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WorkerPool that && that.core.equals(core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    @Override
    public String toString() {
        return core.toString();
    }

    private <A, R, T> Stream<T> stream(
            Iterable<? extends A> items,
            int chunkSize,
            boolean ordered,
            WorkerFunction<? super A, ? extends R> function,
            Function<Outcome<R>, T> view) {
        return Results.stream(core.imapAllBlocking(items, chunkSize, ordered, function), ordered, view);
    }
}
