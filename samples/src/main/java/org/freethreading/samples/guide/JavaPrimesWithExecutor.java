package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.stream.IntStream;
import org.freethreading.java.WorkerPoolExecutor;

/** The four workers of an executor look for primes, and their results come in the order of the numbers. */
class JavaPrimesWithExecutor {
    public static void main(String[] args) {
        var numbers = IntStream.range(1000, 2000).boxed().toList();
        var primes = new ArrayList<Integer>();
        try (var executor = new WorkerPoolExecutor(4)) {
            var answers = executor.map(numbers, number -> isPrime(number));
            for (var number : numbers) {
                if (answers.next()) primes.add(number);
            }
        }
        System.out.println("Found " + primes.size() + " primes, the first: " + primes.subList(0, 5));
    }

    private static boolean isPrime(int number) {
        return number > 1 && IntStream.range(2, number).noneMatch(divisor -> number % divisor == 0);
    }
}
