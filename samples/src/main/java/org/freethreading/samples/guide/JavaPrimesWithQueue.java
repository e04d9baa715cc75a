package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.stream.IntStream;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** Four workers take numbers from one queue and put the primes in another, until the queues are shut down. */
class JavaPrimesWithQueue {
    public static void main(String[] args) throws InterruptedException {
        var numbers = new Queue<Integer>();
        var primes = new Queue<Integer>();
        var workers = new ArrayList<Worker>();
        for (int i = 0; i < 4; i++) {
            var worker = new Worker(() -> {
                for (var number : numbers.drain()) {
                    if (isPrime(number)) primes.put(number);
                }
            });
            workers.add(worker.start());
        }
        for (int number = 1000; number < 2000; number++) numbers.put(number);
        numbers.shutdown();
        for (var worker : workers) worker.join();
        primes.shutdown();
        var found = new ArrayList<Integer>();
        for (var prime : primes.drain()) found.add(prime);
        found.sort(null);
        System.out.println("Found " + found.size() + " primes, the first: " + found.subList(0, 5));
    }

    private static boolean isPrime(int number) {
        return number > 1 && IntStream.range(2, number).noneMatch(divisor -> number % divisor == 0);
    }
}
