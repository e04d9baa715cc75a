package org.freethreading.samples.guide;

import org.freethreading.java.SimpleQueue;
import org.freethreading.java.Worker;

/** A simple queue has no capacity, no tracking and no shutdown: a worker puts two words in it, and main takes them. */
class JavaSimpleQueues {
    public static void main(String[] args) throws InterruptedException {
        var words = new SimpleQueue<String>();
        System.out.println("Empty before: " + words.isEmpty());
        var speaker = new Worker("speaker", () -> {
            words.put("Hello");
            words.put("World");
        });
        speaker.start();
        System.out.println(words.get());
        System.out.println(words.get());
        System.out.println("Empty after: " + words.isEmpty());
    }
}
