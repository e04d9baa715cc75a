package org.freethreading.samples

import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Option
import picocli.CommandLine.ParameterException
import picocli.CommandLine.Spec

/** The arguments of every program that has workers, checked as they are asked for. */
abstract class Options {
    @Spec
    private lateinit var command: CommandSpec

    @Option(
        names = ["--workers"],
        paramLabel = "n",
        description = ["How many workers there are; by default as many as processors."],
    )
    private var workers: Int = Runtime.getRuntime().availableProcessors()

    @Option(names = ["-h", "--help"], usageHelp = true, description = ["Prints this text."])
    private var help = false

    fun workers(): Int = if (workers >= 1) workers else refuse("--workers takes 1 or more, not $workers")

    protected fun refuse(message: String): Nothing = throw ParameterException(command.commandLine(), message)
}
