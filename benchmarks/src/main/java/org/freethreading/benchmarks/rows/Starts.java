package org.freethreading.benchmarks.rows;

import org.freethreading.Backend;
import org.freethreading.java.Worker;

/** Starts workers that do nothing. A class of its own, because a child has to load the class of its work. */
public final class Starts {
    private Starts() {}

    /** A fresh program that starts as many workers as its argument says, and prints the nanoseconds. */
    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        System.out.println(new Work.Timed(1, count, () -> startAndJoin(count, Backend.current()), () -> {}).sample());
    }

    /** How many of the workers ended well: all are started before the first is waited for. */
    static long startAndJoin(int count, Backend backend) throws InterruptedException {
        var workers = new Worker[count];
        for (int i = 0; i < count; i++) workers[i] = new Worker(Starts::nothing, backend).start();
        long ended = 0;
        for (var worker : workers) {
            worker.join();
            if (worker.exitCode().orElse(-1) == 0) ended++;
        }
        return ended;
    }

    private static void nothing() {}
}
