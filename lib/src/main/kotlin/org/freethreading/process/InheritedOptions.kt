package org.freethreading.process

import java.lang.management.ManagementFactory

/**
 * The options on the command line of this JVM that its children get, too: those that change what code may do or sees.
 * Not those about memory and collectors, as children have their own budget; no agents, as a debugger's port would
 * clash; no class path and no module path, which are the [LaunchSite]'s.
 */
internal object InheritedOptions {
    private val accepted = listOf(
        "-D", "-ea", "-da", "-esa", "-dsa", "-enableassertions", "-disableassertions", "-enablesystemassertions",
        "-disablesystemassertions", "-Xbootclasspath/a:", "--add-opens", "--add-exports", "--add-reads",
        "--add-modules", "--limit-modules", "--upgrade-module-path", "--patch-module",
        "--enable-preview", "--enable-native-access", "--illegal-native-access", "--sun-misc-unsafe-memory-access",
        "--illegal-final-field-mutation", "--enable-final-field-mutation",
    )

    /** They say what this JVM is, or would clash. */
    private val refused = listOf(
        "-Djava.class.path=", "-Djdk.module.main", "-Dsun.java.", "-Dcom.sun.management.", "-Djava.rmi.server.",
    )

    /** Reading them takes some 15 ms, once. */
    private val ofCommandLine: List<String> by lazy {
        try {
            ManagementFactory.getRuntimeMXBean().inputArguments.filter(::isInherited)
        } catch (_: LinkageError) {
            emptyList() // a runtime image without java.management
        }
    }

    /** The options, and the library's own settings, which may also have been made while the program runs. */
    fun all(): List<String> {
        val settings = System.getProperties().stringPropertyNames().filter { it.startsWith("freethreading.") }.sorted()
        return ofCommandLine + settings.map { "-D$it=${System.getProperty(it)}" }
    }

    fun isInherited(option: String): Boolean =
        accepted.any { option.startsWith(it) } && refused.none { option.startsWith(it) }
}
