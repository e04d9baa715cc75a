package org.freethreading.samples;

import java.util.concurrent.BrokenBarrierException;
import org.freethreading.DeadlockException;
import org.freethreading.Deadlocks;
import org.freethreading.java.Barrier;
import org.freethreading.java.Lock;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/**
 * Two workers that need the same two locks. At first each takes them in an order of its own, and they would wait for
 * each other for ever: one is told so, gives up, and the other goes on. Then both take them in the same order.
 *
 * <p>{@code --backend threads}, {@code virtual-threads} or {@code processes} says what the workers are.
 */
class JavaDeadlockDemo {
    public static void main(String[] args) throws InterruptedException {
        if (args.length == 2 && args[0].equals("--backend")) System.setProperty("freethreading.backend", args[1]);
        Deadlocks.detect();
        var told = new Queue<String>();

        System.out.println("In opposite orders:");
        var fork = new Lock();
        var knife = new Lock();
        var haveOne = new Barrier(2);
        start("Ada", fork, knife, haveOne, told);
        start("Grace", knife, fork, haveOne, told);
        for (int i = 0; i < 2; i++) System.out.println(told.take());

        System.out.println("In the same order:");
        var alone = new Barrier(1);
        start("Ada", fork, knife, alone, told);
        start("Grace", fork, knife, alone, told);
        for (int i = 0; i < 2; i++) System.out.println(told.take());
        System.out.println("Deadlocks: " + Deadlocks.find());
    }

    private static void start(String name, Lock first, Lock second, Barrier haveOne, Queue<String> told) {
        new Worker(name, () -> told.put(name + takeBoth(first, second, haveOne))).start();
    }

    private static String takeBoth(Lock first, Lock second, Barrier haveOne)
            throws InterruptedException, BrokenBarrierException {
        var one = first.hold();
        try (one) {
            haveOne.await(); // of two who meet here in opposite orders each is in the other's way from now on
            var both = second.hold();
            try (both) {
                return " had both";
            }
        } catch (DeadlockException deadlock) {
            return " gave up: " + deadlock.getMessage();
        }
    }
}
