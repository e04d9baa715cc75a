package org.freethreading.samples.guide;

import org.freethreading.java.BoundedSemaphore;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** A bounded semaphore refuses a release that nobody has acquired for. */
class JavaBoundedSemaphores {
    public static void main(String[] args) {
        var lockers = new BoundedSemaphore(2);
        var report = new Queue<String>();
        var swimmer = new Worker("swimmer", () -> {
            lockers.acquire();
            report.put("Acquired one: " + lockers.availablePermits() + " free");
            lockers.release();
            report.put("Released it: " + lockers.availablePermits() + " free");
            try {
                lockers.release();
            } catch (IllegalStateException refusal) {
                report.put("Refused: " + refusal.getMessage());
            }
            report.shutdown();
        });
        swimmer.start();
        for (var line : report.drain()) System.out.println(line);
        System.out.println("Nothing has changed: " + lockers.availablePermits() + " free");
    }
}
