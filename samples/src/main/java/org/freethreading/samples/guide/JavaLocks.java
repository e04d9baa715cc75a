package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.List;
import org.freethreading.java.Lock;
import org.freethreading.java.Queue;
import org.freethreading.java.RLock;
import org.freethreading.java.Worker;

/** Under a lock several steps are one: each new balance is on the statement before anybody makes the next. */
class JavaLocks {
    public static void main(String[] args) throws InterruptedException {
        var lock = new Lock();
        var balance = new Queue<Integer>(1);
        var statement = new Queue<Integer>();
        balance.put(0);
        var savers = new ArrayList<Worker>();
        for (int i = 0; i < 4; i++) {
            var saver = new Worker(() -> {
                for (int times = 0; times < 3; times++) {
                    var held = lock.hold();
                    try (held) {
                        int sum = balance.take() + 10;
                        balance.put(sum);
                        statement.put(sum);
                    }
                }
            });
            savers.add(saver.start());
        }
        for (var saver : savers) saver.join();
        System.out.println("Balance: " + balance.take());
        System.out.println("Statement: " + List.copyOf(statement));

        var stairs = new RLock();
        var depths = new Queue<Integer>();
        new Worker(() -> depths.put(descend(stairs, 5))).start();
        System.out.println("Held " + depths.take() + " times at the bottom, locked in the end: " + stairs.isLocked());
    }

    /** Takes the lock once more on each level, which only a reentrant lock allows; returns how often it is held. */
    private static int descend(RLock stairs, int levels) throws InterruptedException {
        var held = stairs.hold();
        try (held) {
            return levels > 1 ? descend(stairs, levels - 1) : stairs.getHoldCount();
        }
    }
}
