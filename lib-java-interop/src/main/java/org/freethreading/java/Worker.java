package org.freethreading.java;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.freethreading.Backend;
import org.freethreading.WorkerCallable;
import org.freethreading.WorkerRunnable;

/**
 * A worker: a thread, virtual thread or process that runs its target, and what else it is handed, one at a time.
 *
 * <pre>{@code
 * try (Worker worker = new Worker("greeter", () -> System.out.println("hello")).start()) {
 *     worker.join();
 * }
 * }</pre>
 *
 * <p>While it lives others may hand it work: {@link #post}, {@link #execute(Runnable)}, {@link #submit(WorkerCallable)}.
 * What runs on one worker never runs at the same moment, so what only it touches needs no lock. When the target has
 * returned, or after {@link #shutdown()}, the worker accepts no more work, finishes what it has accepted, and ends. Work
 * handed over before {@link #start()}, or while the target runs, waits.
 *
 * <p>An uncaught exception of the target goes to the uncaught-exception handler of the thread, else to
 * {@code System.err}, and becomes the {@link #failure()}. One of posted work is reported too, and does not end the
 * worker. A worker that is no daemon keeps the program alive.
 *
 * <p>Two views of the same worker are equal. Safe for concurrent use. <b>Follows:</b> Python {@code threading.Thread}
 * and {@code multiprocessing.Process}, with the event loop of {@code asyncio}.
 */
@SuppressWarnings("overloads") // for a lambda, the form with a result wins where there is one
public final class Worker implements AutoCloseable, Executor {
    private final org.freethreading.Worker core;

    private Worker(org.freethreading.Worker core) {
        this.core = Objects.requireNonNull(core, "core");
    }

    /**
     * Makes a worker of the current backend, not started, named {@code Worker-1}, {@code Worker-2}, and so on.
     *
     * @param target what it will run
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code target} cannot travel
     */
    public Worker(WorkerRunnable target) {
        this(target, Backend.current());
    }

    /**
     * Makes a worker of {@code backend}, not started, named {@code Worker-1}, {@code Worker-2}, and so on.
     *
     * @param target what it will run
     * @param backend what the worker is made of
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code target} cannot travel
     */
    public Worker(WorkerRunnable target, Backend backend) {
        this(null, target, backend);
    }

    /**
     * Makes a worker of the current backend, not started.
     *
     * @param name the name; null stands for one that is made up
     * @param target what it will run
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code target} cannot travel
     */
    public Worker(String name, WorkerRunnable target) {
        this(name, target, Backend.current());
    }

    /**
     * Makes a worker of {@code backend}, not started.
     *
     * @param name the name; null stands for one that is made up
     * @param target what it will run
     * @param backend what the worker is made of
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code target} cannot travel
     */
    public Worker(String name, WorkerRunnable target, Backend backend) {
        this(org.freethreading.Worker.blocking(name, backend, false, target));
    }

    /**
     * Returns the view of a Kotlin worker; both are the same worker.
     *
     * @param core the Kotlin worker
     * @return the view
     */
    public static Worker of(org.freethreading.Worker core) {
        return new Worker(core);
    }

    /**
     * Returns the Kotlin worker that this one is a view of.
     *
     * @return the Kotlin twin
     */
    public org.freethreading.Worker asKotlin() {
        return core;
    }

    /**
     * Starts a worker of the current backend without a target: it runs what is handed to it, until it is shut down.
     *
     * @param name the name; null stands for one that is made up
     * @return the worker, started
     */
    public static Worker eventLoop(String name) {
        return of(org.freethreading.Worker.eventLoop(name));
    }

    /**
     * Starts a worker of {@code backend} without a target: it runs what is handed to it, until it is shut down.
     *
     * @param name the name; null stands for one that is made up
     * @param backend what the worker is made of
     * @return the worker, started
     */
    public static Worker eventLoop(String name, Backend backend) {
        return of(org.freethreading.Worker.eventLoop(name, backend));
    }

    /**
     * Starts a worker of {@code backend} without a target: it runs what is handed to it, until it is shut down.
     *
     * @param name the name; null stands for one that is made up
     * @param backend what the worker is made of
     * @param daemon whether the program may end while this worker runs
     * @return the worker, started
     */
    public static Worker eventLoop(String name, Backend backend, boolean daemon) {
        return of(org.freethreading.Worker.eventLoop(name, backend, daemon));
    }

    /**
     * Returns the worker that the calling code runs on. Code that no worker runs belongs to the main program, which is
     * the worker {@code main}.
     *
     * @return the current worker
     */
    public static Worker current() {
        return of(org.freethreading.Worker.current());
    }

    /**
     * Returns all workers that are alive, the main program first.
     *
     * @return the workers at this moment
     */
    public static List<Worker> all() {
        return views(org.freethreading.Worker.all());
    }

    /**
     * Returns the workers that are alive and were started by the current one.
     *
     * @return the workers at this moment, without the current one
     */
    public static List<Worker> children() {
        return views(org.freethreading.Worker.children());
    }

    /**
     * Returns how many workers are alive, with the main program.
     *
     * @return the number at this moment
     */
    public static int activeCount() {
        return org.freethreading.Worker.activeCount();
    }

    /**
     * Returns the {@link #getIdent()} of the current worker.
     *
     * @return the id
     */
    public static long currentIdent() {
        return org.freethreading.Worker.currentIdent();
    }

    /**
     * Returns the name.
     *
     * @return the name
     */
    public String getName() {
        return core.getName();
    }

    /**
     * Sets the name.
     *
     * @param name the name
     * @throws IllegalStateException if the worker has been started
     */
    public void setName(String name) {
        core.setName(name);
    }

    /**
     * Returns whether the program may end while this worker runs.
     *
     * @return whether it is a daemon; false unless it was set
     */
    public boolean isDaemon() {
        return core.getDaemon();
    }

    /**
     * Sets whether the program may end while this worker runs.
     *
     * @param daemon whether it may
     * @throws IllegalStateException if the worker has been started
     */
    public void setDaemon(boolean daemon) {
        core.setDaemon(daemon);
    }

    /**
     * Returns whether the worker has been started and has not ended.
     *
     * @return whether it is alive
     */
    public boolean isAlive() {
        return core.isAlive();
    }

    /**
     * Returns the id of the worker's thread, or of its process.
     *
     * @return the id; -1 before the start
     */
    public long getIdent() {
        return core.getIdent();
    }

    /**
     * Returns how the worker ended: 0 if the target returned, 1 if it threw, or the exit code of the process.
     *
     * @return the code; empty until the worker has ended
     */
    public OptionalInt exitCode() {
        Integer code = core.getExitCode();
        return code == null ? OptionalInt.empty() : OptionalInt.of(code);
    }

    /**
     * Returns what the target threw.
     *
     * @return the exception or error; empty if there was none
     */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(core.getFailure());
    }

    /**
     * Starts the worker.
     *
     * @return this worker
     * @throws IllegalStateException if it was started before
     */
    public Worker start() {
        core.start();
        return this;
    }

    /**
     * Blocks the calling thread until the worker has ended. Does not throw its {@link #failure()}.
     *
     * @throws IllegalStateException before {@link #start()}, or if the caller is this worker
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public void join() throws InterruptedException {
        core.joinBlocking();
    }

    /**
     * Blocks the calling thread until the worker has ended, at most for {@code timeout}. Does not throw its
     * {@link #failure()}.
     *
     * @param timeout how long to wait; not at all if it is negative or zero
     * @return whether the worker has ended
     * @throws IllegalStateException before {@link #start()}, or if the caller is this worker
     * @throws InterruptedException if the thread is interrupted, before or while it waits
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return core.joinBlocking(timeout);
    }

    /**
     * Runs {@code block} on the worker, after what was handed over before it. May be called from any thread.
     *
     * @param block what to run
     * @throws java.util.concurrent.RejectedExecutionException if the worker accepts no more work
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code block} cannot travel
     */
    public void post(WorkerRunnable block) {
        core.post(block);
    }

    /**
     * As {@link #post}. In strict mode and on processes, a command that does not serialise is refused.
     *
     * @param command what to run
     * @throws java.util.concurrent.RejectedExecutionException if the worker accepts no more work
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code command} cannot travel
     */
    @Override
    public void execute(Runnable command) {
        core.execute(command);
    }

    /**
     * As {@link #post}. Being here, it is the form that a lambda takes, which therefore serialises.
     *
     * @param command what to run
     * @throws java.util.concurrent.RejectedExecutionException if the worker accepts no more work
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code command} cannot travel
     */
    public void execute(WorkerRunnable command) {
        core.execute(command);
    }

    /**
     * Runs {@code call} on the worker, after what was handed over before it.
     *
     * @param call what to run
     * @param <R> the type of the result
     * @return a future that completes with the result, or with what {@code call} threw. Cancelling it, or completing it
     *     in any other way, stops the call: if it runs it is interrupted, unless by {@code cancel(false)}
     * @throws java.util.concurrent.RejectedExecutionException if the worker accepts no more work
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code call} cannot travel
     */
    public <R> CompletableFuture<R> submit(WorkerCallable<R> call) {
        return core.future(call);
    }

    /**
     * As the other {@code submit}, for work without a result.
     *
     * @param block what to run
     * @return a future that completes with null, or with what {@code block} threw
     * @throws java.util.concurrent.RejectedExecutionException if the worker accepts no more work
     * @throws org.freethreading.NotShippableException on processes and in strict mode, if {@code block} cannot travel
     */
    public CompletableFuture<Void> submit(WorkerRunnable block) {
        return core.future(block, null);
    }

    /**
     * Asks the worker to stop: a thread is interrupted. It accepts no more work, drops posted work that has not begun,
     * and cancels what was submitted.
     */
    public void terminate() {
        core.terminate();
    }

    /**
     * Stops the worker's process at once.
     *
     * @throws UnsupportedOperationException on threads, which cannot be killed
     */
    public void kill() {
        core.kill();
    }

    /**
     * Accepts no more work; the worker ends when its target has returned and what was accepted is done.
     */
    public void shutdown() {
        core.shutdown();
    }

    /**
     * Does {@link #shutdown()}, then waits until the worker has ended. An interrupt stops the worker
     * ({@link #terminate()}); the wait goes on, and the thread's interrupt flag is set again. Called by the worker
     * itself, it does not wait.
     */
    @Override
    public void close() {
        core.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Worker that && that.core.equals(core);
    }

    @Override
    public int hashCode() {
        return core.hashCode();
    }

    @Override
    public String toString() {
        return core.toString();
    }

    private static List<Worker> views(List<org.freethreading.Worker> workers) {
        return workers.stream().map(Worker::of).toList();
    }
}
