package org.freethreading.samples.guide;

import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** A plain thread puts items in a queue, and a callback on another worker's loop takes them, without polling. */
class JavaThreadAndLoop {
    public static void main(String[] args) {
        var items = new Queue<Integer>(10);
        try (var consumer = Worker.eventLoop("consumer")) {
            System.out.println("Meanwhile the loop is free: "
                    + consumer.submit(() -> "yes").join());
            var sum = consumer.submit(() -> {
                int taken = 0;
                for (int item : items.drain()) taken += item; // blocks while the queue is empty, until it is shut down
                return Worker.current().getName() + " took a sum of " + taken;
            });
            new Thread(() -> produce(items), "producer").start();
            System.out.println(sum.join());
        }
    }

    private static void produce(Queue<Integer> items) {
        try {
            for (int item = 1; item <= 1000; item++) items.put(item); // blocks while the queue is full
            items.shutdown();
        } catch (InterruptedException interrupted) {
            items.shutdownNow();
        }
    }
}
