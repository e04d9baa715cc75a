package org.freethreading.java;

import java.io.File;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;

/** A number that tasks in other processes may capture, and add to: it is the length of a file. */
final class Tally implements Serializable {
    private static final long serialVersionUID = 1L;

    private final File file = Scratch.newFile("tally");

    int count() {
        return (int) file.length();
    }

    void add() {
        add(1);
    }

    void add(int number) {
        Scratch.append(file, new byte[number]);
    }

    /** Waits, for 30 s at most, until the number is at least {@code count}. */
    void awaitCount(int count) throws InterruptedException {
        long start = System.nanoTime();
        while (count() < count) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(30)) {
                throw new AssertionError("waited 30 s for " + count + " of " + this);
            }
            Thread.sleep(1); // between two looks at a state that only a file tells: nobody is woken by a file
        }
    }

    @Override
    public String toString() {
        return file.getName() + " (" + count() + ")";
    }
}
