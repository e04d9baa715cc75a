package org.freethreading.samples;

import java.util.List;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

class JavaHello {
    public static void main(String[] args) {
        var greetings = new Queue<String>();
        var greeter = new Worker("greeter", () -> {
            for (var name : List.of("Ada", "Grace", "Barbara")) greetings.put("Hello, " + name + "!");
            greetings.shutdown();
        });
        greeter.start();
        for (var greeting : greetings.drain()) System.out.println(greeting);
    }
}
