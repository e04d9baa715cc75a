package org.freethreading.process

import io.kotest.assertions.nondeterministic.eventually
import io.kotest.core.spec.Spec
import io.kotest.matchers.shouldBe
import org.freethreading.peers.ProgramDirectory
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import kotlin.streams.asSequence
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/**
 * The children that a test of [spec] has started, and their files. At its end nothing of them is left: no process, no
 * file. What other specs in this JVM have left, a spare and its channel, is not counted; nor has it to stay.
 */
internal class NewChildren(spec: Spec) {
    private var pidsBefore = setOf<Long>()
    private var filesBefore = setOf<String>()

    val pids: List<Long> get() = allPids() - pidsBefore

    val files: List<String> get() = allFiles() - filesBefore

    init {
        // Others may still be making a spare or a start cache. No test that needs this makes one.
        spec.beforeSpec { eventually(2.minutes) { makers() shouldBe emptyList() } }
        spec.beforeTest {
            pidsBefore = allPids().toSet()
            filesBefore = allFiles().toSet()
        }
        spec.afterTest {
            eventually(10.seconds) { files shouldBe emptyList() }
            eventually(10.seconds) { pids shouldBe emptyList() }
        }
    }

    private fun allPids() = ProcessHandle.current().children().asSequence().map { it.pid() }.toList()

    /** Without those of channels that are kept for children to come. */
    private fun allFiles() =
        (ProgramDirectory.own.path.listDirectoryEntries() - ChannelFile.kept.toSet()).map { it.name } - listOf("alive", "s")

    private fun makers() = Thread.getAllStackTraces().keys.map { it.name }
        .filter { it == "freethreading-spare" || it == "freethreading-start-cache" }
}
