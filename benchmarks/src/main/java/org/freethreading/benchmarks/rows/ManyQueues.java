package org.freethreading.benchmarks.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.freethreading.Backend;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Queue;

/** What a queue costs where there are many. */
final class ManyQueues {
    private ManyQueues() {}

    /** An item into a queue and out again, while there are {@code count} queues; it is the one in the middle. */
    static Work useOneOf(long count, int size, Backend backend) {
        var queues = make(count, backend);
        var queue = queues.get((int) count / 2);
        return new Timed(size, sum(size), putAndTake(size, queue), queues::clear);
    }

    /** Makes {@code count} queues, all of which stay; the time is that of one. */
    static Work makeAll(long count, Backend backend) {
        return new Timed((int) count, count, () -> (long) make(count, backend).size(), () -> {});
    }

    private static List<Queue<Integer>> make(long count, Backend backend) {
        var queues = new ArrayList<Queue<Integer>>();
        for (long i = 0; i < count; i++) queues.add(new Queue<>(backend));
        return queues;
    }

    private static Callable<Long> putAndTake(int size, Queue<Integer> queue) {
        return () -> {
            long sum = 0;
            for (int i = 0; i < size; i++) {
                queue.put(i);
                sum += queue.take();
            }
            return sum;
        };
    }

    private static long sum(int size) {
        return size * (size - 1L) / 2;
    }
}
