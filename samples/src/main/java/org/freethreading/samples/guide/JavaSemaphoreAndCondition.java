package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.List;
import org.freethreading.java.Condition;
import org.freethreading.java.Queue;
import org.freethreading.java.Semaphore;
import org.freethreading.java.Worker;

/** A semaphore lets two of four guests to the table at a time; a condition wakes the cook when the basket is full. */
class JavaSemaphoreAndCondition {
    public static void main(String[] args) throws InterruptedException {
        var table = new Semaphore(2);
        var chairs = new Queue<String>();
        var visits = new Queue<String>();
        chairs.addAll(List.of("left", "right"));
        var guests = new ArrayList<Worker>();
        for (int i = 0; i < 4; i++) {
            var guest = new Worker(() -> {
                for (int times = 0; times < 25; times++) {
                    var permit = table.hold();
                    try (permit) {
                        var chair = chairs.remove(); // without waiting: no more guests than chairs
                        visits.put(chair);
                        chairs.put(chair);
                    }
                }
            });
            guests.add(guest.start());
        }
        for (var guest : guests) guest.join();
        System.out.println("Visits with a chair: " + visits.size() + " of 100");

        var basketChanged = new Condition();
        var basket = new Queue<String>();
        var meals = new Queue<String>();
        var cook = new Worker("cook", () -> {
            var held = basketChanged.hold();
            try (held) {
                basketChanged.awaitFor(() -> basket.size() == 3);
                meals.put("Salad of " + List.copyOf(basket));
            }
        });
        var gardener = new Worker("gardener", () -> {
            for (var fruit : List.of("apple", "pear", "plum")) {
                var held = basketChanged.hold();
                try (held) {
                    basket.put(fruit);
                    basketChanged.signal();
                }
            }
        });
        cook.start();
        gardener.start();
        System.out.println(meals.take());
    }
}
