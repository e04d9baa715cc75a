package org.freethreading;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** If options stop being pleasant from Java, this stops compiling. */
final class ProcessOptionsFromJava {
    private ProcessOptionsFromJava() {}

    static ProcessOptions all() {
        return ProcessOptions.builder()
                .maxHeap("256m")
                .jvmArgs(List.of("-Xss4m"))
                .systemProperty("a", "b")
                .environment("c", "d")
                .workingDirectory(Path.of("/tmp"))
                .classPath(List.of(Path.of("/x.jar")))
                .javaExecutable(Path.of("/bin/java"))
                .startTimeout(Duration.ofSeconds(5))
                .output(WorkerOutput.consumer(line -> System.out.println(line)))
                .output(WorkerOutput.consumer((worker, line) -> System.out.println(worker + line)))
                .output(WorkerOutput.INHERIT)
                .allow("com.example.*", "com.example.Report")
                .build();
    }
}
