package org.freethreading.samples

import picocli.CommandLine.Parameters
import java.nio.file.Path

/** The arguments of the checksum programs, checked as they are asked for. */
class ChecksumsOptions : WorkerOptions() {
    @Parameters(
        arity = "0..1",
        paramLabel = "folder",
        defaultValue = "\${sys:java.home}",
        description = ["The folder; by default the Java that runs this: \${DEFAULT-VALUE}"],
    )
    private lateinit var folder: Path

    fun folder(): Path = present(folder)
}
