package org.freethreading.benchmarks.rows;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.freethreading.Backend;
import org.freethreading.WorkerFunction;
import org.freethreading.java.Queue;
import org.freethreading.java.WorkerPool;

/**
 * The second party of work for two. It does its part in rounds, as often as it is told, and says at the end of each what
 * came of it, so that the first party can check the whole.
 */
final class Companion implements AutoCloseable {
    private final BlockingQueue<Integer> rounds;
    private final BlockingQueue<Long> answers;
    private final Future<?> life;
    private final Runnable end;

    private Companion(BlockingQueue<Integer> rounds, BlockingQueue<Long> answers, Future<?> life, Runnable end) {
        this.rounds = rounds;
        this.answers = answers;
        this.life = life;
        this.end = end;
    }

    /** A worker of {@code backend}. */
    static Companion worker(Backend backend, WorkerFunction<Integer, Long> part) {
        var rounds = new Queue<Integer>(backend);
        var answers = new Queue<Long>(backend);
        var pool = new WorkerPool(1, backend);
        var life = pool.applyAsync(() -> {
            for (int round : rounds.drain()) answers.put(part.apply(round));
        });
        return new Companion(rounds, answers, life, () -> {
            rounds.shutdown();
            pool.close();
        });
    }

    /** A thread of the JDK, with queues of the JDK. */
    static Companion thread(ThreadFactory factory, WorkerFunction<Integer, Long> part) {
        var rounds = new LinkedBlockingQueue<Integer>();
        var answers = new LinkedBlockingQueue<Long>();
        var life = new java.util.concurrent.FutureTask<Void>(() -> {
            int round;
            while ((round = rounds.take()) > 0) answers.put(part.apply(round));
            return null;
        });
        factory.newThread(life).start();
        return new Companion(rounds, answers, life, () -> rounds.add(0));
    }

    /** Tells it to do its part {@code times} times. */
    void begin(int times) throws InterruptedException {
        if (life.isDone()) throw new IllegalStateException("the companion has ended: " + life);
        rounds.put(times);
    }

    /** Waits for the end of the round; returns what came of it. */
    long finish() throws InterruptedException {
        return answers.take();
    }

    @Override
    public void close() {
        end.run();
    }
}
