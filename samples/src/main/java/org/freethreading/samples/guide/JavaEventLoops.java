package org.freethreading.samples.guide;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.freethreading.WorkerLocal;
import org.freethreading.java.Queue;
import org.freethreading.java.Worker;

/** Four workers, each with an event loop of its own, on which its callbacks take turns. */
class JavaEventLoops {
    private static final WorkerLocal<Game> GAME = new WorkerLocal<>(Game::new);

    public static void main(String[] args) throws InterruptedException {
        var reports = new Queue<String>();
        var workers = IntStream.range(0, 4)
                .mapToObj(number -> Worker.eventLoop("loop-" + number))
                .toList();
        for (var worker : workers) {
            worker.post(() -> {
                for (int player = 0; player < 2; player++) next(player, reports);
            });
        }
        var lines = new ArrayList<String>();
        for (int i = 0; i < workers.size(); i++) lines.add(reports.take());
        for (var worker : workers) worker.close();
        lines.stream().sorted().forEach(System.out::println);
    }

    /** Has the current worker's loop give {@code player} a turn, after all that wait for theirs. */
    private static void next(int player, Queue<String> reports) {
        Worker.current().post(() -> count(player, reports));
    }

    /** Callbacks of one worker never run at the same moment, so what they count needs no lock. */
    private static void count(int player, Queue<String> reports) throws InterruptedException {
        var game = GAME.get();
        game.seen.get(player).add(game.count++);
        if (game.count == 2000) reports.put(game.report());
        else if (game.seen.get(player).size() < 1000) next(player, reports);
    }

    /** What the callbacks of one worker share. */
    private static final class Game {
        private final List<List<Integer>> seen = List.of(new ArrayList<>(), new ArrayList<>());
        private int count;

        String report() {
            return Worker.current().getName() + " counted to " + count + ": "
                    + seen.get(0).subList(0, 3) + "... and " + seen.get(1).subList(0, 3) + "...";
        }
    }
}
