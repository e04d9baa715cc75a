package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.List;
import org.freethreading.java.Barrier;
import org.freethreading.java.Event;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** Three workers start at an event, and none of them passes a barrier before all have reached it. */
class JavaEventAndBarrier {
    public static void main(String[] args) throws InterruptedException {
        var start = new Event();
        var barrier = new Barrier(3);
        var journal = new Queue<String>();
        var runners = new ArrayList<Worker>();
        for (int i = 0; i < 3; i++) {
            var runner = new Worker(() -> {
                start.await();
                journal.put("reached");
                barrier.await();
                journal.put("passed");
            });
            runners.add(runner.start());
        }
        journal.put("go");
        start.set();
        for (var runner : runners) runner.join();
        System.out.println(List.copyOf(journal));
    }
}
