package org.freethreading.samples

import org.freethreading.Backend
import picocli.CommandLine.ITypeConverter
import picocli.CommandLine.Option
import picocli.CommandLine.TypeConversionException
import java.nio.file.Files
import java.nio.file.Path

/** The arguments of every program that works on a pool of workers, checked as they are asked for. */
abstract class WorkerOptions : Options() {
    @Option(
        names = ["--backend"],
        paramLabel = "name",
        converter = [BackendConverter::class],
        description = ["Threads, virtual-threads or processes; by default what the environment says."],
    )
    private var backend: Backend? = null

    fun backend(): Backend = backend ?: try {
        Backend.current()
    } catch (unknown: IllegalArgumentException) {
        refuse(unknown.message!!)
    } catch (missing: UnsupportedOperationException) {
        refuse(missing.message!!)
    }

    /** Returns [folder] if there is one. */
    protected fun present(folder: Path): Path = when {
        Files.isDirectory(folder) -> folder
        Files.exists(folder) -> refuse("$folder: not a folder")
        else -> refuse("$folder: no such folder")
    }
}

/** A backend by its name. */
private class BackendConverter : ITypeConverter<Backend> {
    override fun convert(name: String): Backend = try {
        when (name) {
            "threads" -> Backend.threads()
            "virtual-threads" -> Backend.virtualThreads()
            "processes" -> Backend.processes()
            else -> throw TypeConversionException("'$name' is none of threads, virtual-threads, processes")
        }
    } catch (missing: UnsupportedOperationException) {
        throw TypeConversionException(missing.message)
    }
}
