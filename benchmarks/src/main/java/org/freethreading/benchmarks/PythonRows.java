package org.freethreading.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Python's side: one interpreter runs {@code rows.py}, keeps its processes warm, and takes orders line by line. */
final class PythonRows implements AutoCloseable {
    final String version;

    private final Path script;
    private final Process python;
    private final Writer orders;
    private final BufferedReader answers;

    /**
     * Starts the interpreter.
     *
     * @throws IOException if there is no such program
     */
    PythonRows(String command) throws IOException {
        script = Files.createTempFile("rows", ".py"); // the children import it, so it has to be a file
        try (var source = PythonRows.class.getResourceAsStream("/rows.py")) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
            python = new ProcessBuilder(command, script.toString(), "--serve")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException failure) {
            Files.delete(script);
            throw failure;
        }
        orders = python.outputWriter();
        answers = python.inputReader();
        version = answer();
    }

    /** Opens a row, instead of the one before; returns its size, which is Python's to say. */
    int open(Row row) throws IOException {
        return Integer.parseInt(ask(row.key()));
    }

    /** Opens a row that has another size. */
    void open(Row row, int size) throws IOException {
        ask(row.key() + " " + size);
    }

    /** Does the work of the open row once; returns the nanoseconds that one operation took. */
    double sample() throws IOException {
        return Double.parseDouble(ask(""));
    }

    private String ask(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        return answer();
    }

    private String answer() throws IOException {
        var answer = answers.readLine();
        if (answer == null) throw new IllegalStateException("Python has ended: see its error output");
        return answer;
    }

    /** Ends the interpreter, and its processes with it. */
    @Override
    public void close() throws IOException {
        orders.close();
        python.onExit().join();
        Files.delete(script);
    }
}
