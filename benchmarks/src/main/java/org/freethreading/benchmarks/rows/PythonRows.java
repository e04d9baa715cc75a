package org.freethreading.benchmarks.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/** Python's side: one interpreter runs {@code rows.py}, keeps its processes warm, and takes orders line by line. */
public final class PythonRows implements AutoCloseable {
    private final String version;
    private final Path script;
    private final Process python;
    private final Writer orders;
    private final BufferedReader answers;

    /**
     * Starts the interpreter.
     *
     * @throws IOException if there is no such program
     */
    public PythonRows(String command) throws IOException {
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

    /** The version of the interpreter. */
    public String version() {
        return version;
    }

    /** The size that a row has in {@code rows.py}; opens the row for that. */
    public int sizeOf(String key) throws IOException {
        return Integer.parseInt(ask(key));
    }

    /** Opens a row, instead of the one before. */
    public Work open(String key, int size, long parameter) throws IOException {
        ask(key + " " + size + " " + parameter);
        return () -> samples()[0];
    }

    /** Does the work of the open row once; returns its figures, which are one for most rows. */
    public double[] samples() throws IOException {
        return Arrays.stream(ask("").split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
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
