package org.freethreading.samples;

import java.time.Duration;
import java.util.List;
import org.freethreading.Backend;
import org.freethreading.ProcessOptions;
import org.freethreading.WorkerOutput;
import org.freethreading.java.WorkerPool;

/** Work that may harm its worker: it is done in processes, and each failure is that of one element. */
class JavaContained {
    public static void main(String[] args) throws InterruptedException {
        var inputs = List.of("12", "exit", "twelve");
        var processes = Backend.processes(ProcessOptions.builder()
                .maxHeap("256m")
                .output(WorkerOutput.PREFIX)
                .build());
        try (var pool = WorkerPool.builder()
                .backend(processes)
                .taskTimeout(Duration.ofSeconds(10))
                .build()) {
            for (var outcome : pool.mapAll(inputs, input -> parse(input))) System.out.println(outcome);
        }
    }

    private static int parse(String input) {
        if (input.equals("exit")) System.exit(3);
        return Integer.parseInt(input);
    }
}
