package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.freethreading.java.Event;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** Who is there: the current worker, its children, and all that are alive, by their names and idents. */
class JavaUtilities {
    public static void main(String[] args) throws InterruptedException {
        var names = new Queue<String>();
        var idents = new Queue<Long>();
        var end = new Event();
        System.out.println("Current: " + Worker.current().getName() + ", alive: " + Worker.activeCount());
        var workers = new ArrayList<Worker>();
        for (var name : List.of("Ada", "Grace")) {
            var worker = new Worker(name, () -> {
                names.put(Worker.current().getName());
                idents.put(Worker.currentIdent());
                end.await();
            });
            workers.add(worker.start());
        }
        var current = Stream.of(names.take(), names.take()).sorted().toList();
        System.out.println("Current in the workers: " + current);
        System.out.println("Children: " + namesOf(Worker.children()));
        System.out.println("All: " + namesOf(Worker.all()) + ", alive: " + Worker.activeCount());
        var fromInside = Set.copyOf(List.of(Worker.currentIdent(), idents.take(), idents.take()));
        var fromHere = Worker.all().stream().map(Worker::getIdent).collect(Collectors.toSet());
        System.out.println(
                "Different idents: " + fromInside.size() + ", the same from here: " + fromHere.equals(fromInside));
        end.set();
        for (var worker : workers) worker.join();
        System.out.println("Alive in the end: " + Worker.activeCount());
    }

    private static List<String> namesOf(List<Worker> workers) {
        return workers.stream().map(Worker::getName).toList();
    }
}
