package org.freethreading.process

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.string.shouldContain
import org.freethreading.Scratch
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.io.path.createDirectory
import kotlin.io.path.writeText

/** Programs that use this library find their classes again in its workers, however they were started. */
class LaunchTest : FunSpec({
    timeout = 120_000

    val library = Compiled.library
    val classes by lazy { Compiled.classes(PROGRAM, library) }

    test("from a class path, with the program in a directory before the library") {
        java("-cp", Compiled.path(listOf(classes) + library), "demo.Main") shouldContain ANSWER
    }

    test("from a jar whose manifest names the class path") {
        val entries = (listOf(classes) + library).joinToString(" ") { it.toUri().toString() }
        val attributes = mapOf("Main-Class" to "demo.Main", "Class-Path" to entries)
        val jar = Compiled.jar(Compiled.directory().resolve("booter.jar"), listOf(), attributes)

        java("-jar", "$jar") shouldContain ANSWER
    }

    test("from a jar with everything in it") {
        val attributes = mapOf("Main-Class" to "demo.Main")
        val jar = Compiled.jar(Compiled.directory().resolve("shaded.jar"), listOf(classes) + library, attributes)

        java("-jar", "$jar") shouldContain ANSWER
    }

    test("from jars within a jar, and from a class loader that does not say where it has its classes from") {
        val loader = Compiled.classes(mapOf("Boot.java" to BOOT))
        val jar = Compiled.nesting(
            Compiled.directory().resolve("nesting.jar"),
            library + listOf(Compiled.jar(Compiled.directory().resolve("program.jar"), listOf(classes))),
            listOf(loader),
            mapOf("Main-Class" to "Boot"),
        )

        java("-jar", "$jar") shouldContain ANSWER
        java("-Danonymous=true", "-jar", "$jar") shouldContain ANSWER
    }

    test("from a class loader of the program's own") {
        val starter = Compiled.classes(mapOf("Starter.java" to STARTER))

        java("-cp", Compiled.path(listOf(starter) + library), "Starter", "${classes.toUri()}") shouldContain ANSWER
    }

    test("from a module path") {
        val modules = Compiled.classes(PROGRAM + ("module-info.java" to MODULE), modules = library)

        java("-p", Compiled.path(listOf(modules) + library), "-m", "demo/demo.Main") shouldContain ANSWER
    }

    test("from a source file") {
        val source = Compiled.directory().resolve("demo").createDirectory().resolve("Script.java")
        source.writeText(PROGRAM.getValue("demo/Main.java") + PROGRAM.getValue("demo/Note.java").replace("package demo; public", ""))

        java("-cp", Compiled.path(library), "$source") shouldContain ANSWER
    }

    test("from JShell") {
        val script = """
            import org.freethreading.*;
            ${NOTE.replace("package demo; ", "")}
            String say() throws Exception {
                String greeting = "hello from ";
                long parent = ProcessHandle.current().pid();
                try (WorkerPool pool = new WorkerPool(2, Backend.processes())) {
                    return pool.callBlocking(() -> greeting + new Note().text(parent));
                }
            }
            System.out.println("answer: " + say());
            /exit
        """.trimIndent() + "\n"

        run("jshell", listOf("-s", "--class-path", Compiled.path(library), "-R-Dfreethreading.spares=0"), script) shouldContain ANSWER
    }
})

private const val ANSWER = "answer: hello from another process"

private const val NOTE = """package demo; public class Note {
    public String text(long parent) { return ProcessHandle.current().pid() == parent ? "the same process" : "another process"; }
}
"""

private val PROGRAM = mapOf(
    "demo/Main.java" to """
        package demo;
        import org.freethreading.*;
        public class Main {
            public static void main(String[] arguments) throws Exception {
                String greeting = "hello from ";
                long parent = ProcessHandle.current().pid();
                try (WorkerPool pool = new WorkerPool(2, Backend.processes())) {
                    System.out.println("answer: " + pool.callBlocking(() -> greeting + new Note().text(parent)));
                }
            }
        }
    """.trimIndent() + "\n",
    "demo/Note.java" to NOTE,
)

private const val MODULE = """module demo {
    requires org.freethreading;
    requires kotlin.stdlib;
    requires kotlinx.coroutines.core;
    requires kotlinx.serialization.json;
    exports demo;
}
"""

private val STARTER = """
    public class Starter {
        public static void main(String[] arguments) throws Exception {
            var loader = new java.net.URLClassLoader(new java.net.URL[] {new java.net.URL(arguments[0])});
            loader.loadClass("demo.Main").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }
""".trimIndent()

/** As Spring Boot does it: everything comes from jars within the program's jar, through one class loader. */
private val BOOT = """
    import java.io.*;
    import java.net.*;
    import java.security.*;
    import java.util.*;
    import java.util.jar.*;

    public class Boot extends ClassLoader {
        private final Map<String, byte[]> files = new HashMap<>();
        private final Map<String, String> homes = new HashMap<>();
        private final String app;

        private Boot(String app) throws IOException {
            super(ClassLoader.getPlatformClassLoader());
            this.app = app;
            try (JarFile jar = new JarFile(app)) {
                for (JarEntry inner : Collections.list(jar.entries())) {
                    if (!inner.getName().endsWith(".jar")) continue;
                    try (JarInputStream input = new JarInputStream(jar.getInputStream(inner))) {
                        for (JarEntry entry; (entry = input.getNextJarEntry()) != null; ) {
                            files.put(entry.getName(), input.readAllBytes());
                            homes.put(entry.getName(), inner.getName());
                        }
                    }
                }
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            byte[] bytes = files.get(file);
            if (bytes == null) throw new ClassNotFoundException(name);
            return defineClass(name, bytes, 0, bytes.length, Boolean.getBoolean("anonymous") ? null : domain(homes.get(file)));
        }

        private ProtectionDomain domain(String home) throws ClassNotFoundException {
            try {
                URL location = new URL("jar:file:" + app + "!/" + home + "!/");
                return new ProtectionDomain(new CodeSource(location, (java.security.cert.Certificate[]) null), null);
            } catch (MalformedURLException failure) {
                throw new ClassNotFoundException(home, failure);
            }
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            byte[] bytes = files.get(name);
            return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
        }

        public static void main(String[] arguments) throws Exception {
            Boot loader = new Boot(new File(Boot.class.getProtectionDomain().getCodeSource().getLocation().toURI()).getPath());
            Thread.currentThread().setContextClassLoader(loader);
            loader.loadClass("demo.Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
        }
    }
""".trimIndent()

private fun java(vararg arguments: String): String =
    run("java", listOf("-Dfreethreading.startCache=off", "-Dfreethreading.spares=0") + arguments)

/** What the tool of this JDK prints, with [input] to read, to both of its streams. */
private fun run(tool: String, arguments: List<String>, input: String = ""): String {
    val output = Scratch.newFile("launch")
    val command = Path.of(System.getProperty("java.home"), "bin", tool)
    val process = ProcessBuilder(listOf("$command") + arguments).redirectErrorStream(true).redirectOutput(output).start()
    try {
        process.outputStream.use { it.write(input.toByteArray()) }
        check(process.waitFor(60, TimeUnit.SECONDS)) { "$tool does not end: ${output.readText()}" }
    } finally {
        process.destroyForcibly()
    }
    return output.readText()
}
