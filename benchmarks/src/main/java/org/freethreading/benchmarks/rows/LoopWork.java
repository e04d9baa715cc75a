package org.freethreading.benchmarks.rows;

import org.freethreading.Backend;
import org.freethreading.benchmarks.Coroutines;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Worker;

/** Questions to another worker's event loop, and their answers. */
final class LoopWork {
    private LoopWork() {}

    /** A coroutine on one loop asks another loop, and awaits the answer. */
    static Work fromLoop(int size, Backend backend) {
        var here = Worker.eventLoop("here", backend);
        var there = Worker.eventLoop("there", backend);
        return new Timed(
                size,
                PoolWork.sumOfIncrements(size),
                () -> Coroutines.ask(here.asKotlin(), there.asKotlin(), size),
                () -> {
                    here.close();
                    there.close();
                });
    }

    /** A thread that runs no loop asks one, and waits for the answer. */
    static Work fromOutside(int size, Backend backend) {
        var there = Worker.eventLoop("there", backend);
        return new Timed(
                size,
                PoolWork.sumOfIncrements(size),
                () -> {
                    long sum = 0;
                    for (int i = 0; i < size; i++) {
                        int number = i;
                        sum += there.submit(() -> number + 1).get();
                    }
                    return sum;
                },
                there::close);
    }
}
