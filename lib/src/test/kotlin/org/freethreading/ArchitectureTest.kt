package org.freethreading

import com.tngtech.archunit.base.DescribedPredicate
import com.tngtech.archunit.core.domain.JavaClass
import com.tngtech.archunit.core.importer.ClassFileImporter
import com.tngtech.archunit.library.Architectures.layeredArchitecture
import io.kotest.core.spec.style.FunSpec
import kotlin.io.path.Path

/** What every room may know, and the only types in `org.freethreading` itself that a room may import. */
private val vocabulary = setOf(
    "Codec",
    "ConnectionClosedException",
    "Deadlock",
    "DeadlockException",
    "Insist",
    "Log",
    "NotShippableException",
    "Outcome",
    "ProcessOptions",
    "QueueShutdownException",
    "RemoteTaskException",
    "Reserve",
    "StackRoom",
    "TaskTimeoutException",
    "WorkerBiFunction",
    "WorkerCallable",
    "WorkerCrashedException",
    "WorkerFunction",
    "WorkerOutput",
    "WorkerRunnable",
    "WorkerStartException",
    "WorkerSupplier",
)

/** Who may know whom; the vocabulary is open to all. */
private val arrows = mapOf(
    "actors" to listOf("worker", "deadlock", "cell", "queue", "wire"),
    "deadlock" to listOf("worker", "cell"),
    "worker" to listOf("process", "wire", "cell"),
    "process" to listOf("wire", "peers", "memory"),
    "queue" to listOf("wire", "memory"),
    "cell" to listOf("peers", "memory"),
    "wire" to listOf("memory"),
    "peers" to listOf("memory"),
    "memory" to listOf(),
)

class ArchitectureTest :
    FunSpec({
        test("the rooms depend downwards only, and none of them on an actor") {
            val house = layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true)
            house.layer("vocabulary").definedBy(typesAtTheTop("vocabulary") { it in vocabulary })
            house.layer("actors").definedBy(typesAtTheTop("actors") { it !in vocabulary })
            (arrows.keys - "actors").forEach { house.layer(it).definedBy("$HOME.$it..") }

            house.whereLayer("vocabulary").mayNotAccessAnyLayer()
            arrows.forEach { (room, below) ->
                house.whereLayer(room).mayOnlyAccessLayers("vocabulary", *below.toTypedArray())
            }

            house.ensureAllClassesAreContainedInArchitecture()
                .because("DESIGN.md, section 1, draws the house")
                .check(ClassFileImporter().importPath(Path("target/classes")))
        }
    })

private const val HOME = "org.freethreading"

/** Types in `org.freethreading` itself. What is nested in a type belongs to it, as `FooKt` belongs to `Foo`. */
private fun typesAtTheTop(description: String, accepts: (String) -> Boolean) =
    DescribedPredicate.describe<JavaClass>(description) { type ->
        type.packageName == HOME && accepts(type.name.removePrefix("$HOME.").substringBefore('$').removeSuffix("Kt"))
    }
