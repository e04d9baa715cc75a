package org.freethreading.samples.refused

import org.freethreading.Backend
import org.freethreading.Worker
import java.net.Socket

/** The mistake that the README shows. */
internal class Report {
    fun run(connection: Socket): Worker = Worker(backend = Backend.threads(strict = true)) { connection.close() }
}
