package org.freethreading.samples.guide;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.freethreading.java.Event;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** What others can do with a loop from outside: hand it callbacks and calls, wait for them, cancel, and close it. */
class JavaHandingOver {
    public static void main(String[] args) throws InterruptedException {
        var loop = Worker.eventLoop("loop");

        var order = new Queue<Integer>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            loop.post(() -> order.put(number));
        }
        System.out.println("Result: "
                + loop.submit(() -> Worker.current().getName().length() * 10 + 2)
                        .join());
        System.out.println("Posted before, and done in order: " + List.copyOf(order));

        var wrong = loop.submit(() -> Integer.parseInt("forty-two"));
        System.out.println("Failed: " + (failureOf(wrong::join) instanceof NumberFormatException));

        var begun = new Event();
        var left = new Event();
        var endless = loop.submit(() -> {
            try {
                begun.set();
                new Event().await();
            } finally {
                left.set();
            }
        });
        begun.await();
        endless.cancel(true);
        left.await();
        System.out.println("Cancelled: " + endless.isCancelled() + ", and it has cleaned up: " + left.isSet());

        loop.post(order::shutdown);
        loop.close();
        System.out.println("Closed when all was done: " + order.isShutdown());
        System.out.println("Accepts more: " + accepts(loop));
    }

    private static Throwable failureOf(Runnable call) {
        try {
            call.run();
            return null;
        } catch (CompletionException failure) {
            return failure.getCause();
        }
    }

    private static boolean accepts(Worker loop) {
        try {
            loop.post(() -> {});
            return true;
        } catch (RejectedExecutionException rejected) {
            return false;
        }
    }
}
