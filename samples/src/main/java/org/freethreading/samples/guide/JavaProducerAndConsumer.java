package org.freethreading.samples.guide;

import java.util.List;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** A producer puts items in a queue that holds ten at most, and main waits until a consumer is done with them all. */
class JavaProducerAndConsumer {
    public static void main(String[] args) throws InterruptedException {
        var items = new Queue<Integer>(10);
        var processed = new Queue<Integer>();
        var producer = new Worker("producer", () -> {
            for (int item = 0; item < 5; item++) items.put(item);
            items.shutdown();
        });
        var consumer = new Worker("consumer", () -> {
            for (var item : items.drain()) {
                processed.put(item);
                items.taskDone();
            }
        });
        producer.start();
        consumer.start();
        producer.join();
        items.join();
        System.out.println("Processed: " + List.copyOf(processed));
    }
}
