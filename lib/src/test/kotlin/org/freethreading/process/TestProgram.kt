package org.freethreading.process

import org.freethreading.ProcessOptions
import org.freethreading.peers.ProgramDirectory
import java.io.File

/** A program with a child: tells where its directory is and who its child is, and ends when it reads a line. */
internal object TestProgram {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val options = ProcessOptions.builder().systemProperty("child", arguments[0]).build()
        val child = Launcher.start(Recipe(options, 10.0, 1), mainClass = TestChild::class.java.name)
        println("${ProgramDirectory.own.path} ${child.pid}")
        readlnOrNull()
    }

    /** Starts it in a JVM of its own, with a child that does [what]. */
    fun start(what: String): Running {
        val java = LaunchSite.of(ProcessOptions.builder().build()).java
        val path = System.getProperty("java.class.path")
        val process = ProcessBuilder("$java", "-cp", path, TestProgram::class.java.name, what)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val (directory, pid) = process.inputStream.bufferedReader().readLine().split(" ")
        return Running(process, directory, pid.toLong())
    }

    class Running(val process: Process, val directory: String, val child: Long) {
        /** A process that has ended is listed until its parent asks how, and an adoptive parent may never do so. */
        val isChildAlive: Boolean get() = File("/proc/$child/stat").let { it.exists() && ") Z " !in it.readText() }
    }
}
