package org.freethreading.samples;

import org.freethreading.java.Queue;
import org.freethreading.java.Worker;
import org.freethreading.java.WorkerGroup;

/** Four workers, each with an event loop of its own, on which its callbacks take turns. */
class JavaEventLoops {
    public static void main(String[] args) throws InterruptedException {
        var results = new Queue<String>();
        try (var workers = new WorkerGroup(4)) {
            for (var worker : workers) worker.post(() -> count(0, results));
            for (int i = 0; i < workers.size(); i++) System.out.println(results.take());
        }
    }

    /** Counts one up, and posts the rest to the loop it is on: so other callbacks of this worker get their turns. */
    private static void count(int soFar, Queue<String> results) throws InterruptedException {
        var worker = Worker.current();
        if (soFar < 1000) worker.post(() -> count(soFar + 1, results));
        else results.put(worker.getName() + " counted to " + soFar);
    }
}
