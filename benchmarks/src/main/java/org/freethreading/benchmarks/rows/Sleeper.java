package org.freethreading.benchmarks.rows;

/** The least that a JVM can be: it sleeps until it is ended. */
public final class Sleeper {
    private Sleeper() {}

    /** Says that it is there, and sleeps. */
    public static void main(String[] arguments) throws InterruptedException {
        System.out.println("asleep");
        Thread.sleep(Long.MAX_VALUE);
    }
}
