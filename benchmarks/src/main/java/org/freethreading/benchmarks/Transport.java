package org.freethreading.benchmarks;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.freethreading.Backend;
import org.freethreading.java.Queue;

/** A way for items from one side to the other. The items are small numbers, which cost no memory. */
public interface Transport extends AutoCloseable {
    /** Moves {@code items} items from another thread to this one, and returns their sum. */
    long transfer(int items) throws InterruptedException;

    /** Puts one item and takes it, {@code times} times, and returns the sum of the items. */
    long putAndTake(int times) throws InterruptedException;

    @Override
    void close();

    static int item(int index) {
        return index & 127;
    }

    /** Which way is measured. */
    enum Kind {
        QUEUE,
        QUEUE_ON_PROCESSES,
        LINKED_BLOCKING_QUEUE,
        ARRAY_BLOCKING_QUEUE,
        QUEUE_FROM_COROUTINE,
        CHANNEL_FROM_COROUTINE;

        /** Makes one for {@code capacity} items, or any number if that is 0; {@code most} will be there at a time. */
        public Transport make(int capacity, int most) {
            return switch (this) {
                case QUEUE -> new OfBlockingQueue(new Queue<>(capacity, Backend.threads()));
                case QUEUE_ON_PROCESSES -> new OfBlockingQueue(new Queue<>(capacity, Backend.processes()));
                case LINKED_BLOCKING_QUEUE ->
                    new OfBlockingQueue(new LinkedBlockingQueue<>(capacity == 0 ? Integer.MAX_VALUE : capacity));
                case ARRAY_BLOCKING_QUEUE ->
                    new OfBlockingQueue(new ArrayBlockingQueue<>(capacity == 0 ? most : capacity));
                case QUEUE_FROM_COROUTINE -> Coroutines.transportOf(new org.freethreading.Queue<>(capacity));
                case CHANNEL_FROM_COROUTINE -> Coroutines.channelTransport(capacity);
            };
        }
    }

    /** Items put by a thread of their own. */
    final class OfBlockingQueue implements Transport {
        private final BlockingQueue<Integer> queue;
        private final Semaphore wanted = new Semaphore(0);
        private final Partner producer = new Partner(this::produce);
        private volatile int batch;

        OfBlockingQueue(BlockingQueue<Integer> queue) {
            this.queue = queue;
        }

        @Override
        public long transfer(int items) throws InterruptedException {
            batch = items;
            wanted.release();
            long sum = 0;
            for (int i = 0; i < items; i++) sum += queue.take();
            return sum;
        }

        @Override
        public long putAndTake(int times) throws InterruptedException {
            long sum = 0;
            for (int i = 0; i < times; i++) {
                queue.put(item(i));
                sum += queue.take();
            }
            return sum;
        }

        @Override
        public void close() {
            producer.close();
        }

        private void produce() throws InterruptedException {
            wanted.acquire();
            int items = batch;
            for (int i = 0; i < items; i++) queue.put(item(i));
        }
    }
}
