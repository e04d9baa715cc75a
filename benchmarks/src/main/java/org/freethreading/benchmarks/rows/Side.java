package org.freethreading.benchmarks.rows;

/**
 * One of those who do the work of a row, in this JVM or in Python.
 *
 * @param name what does the work there, as the report names it
 * @param opener sets the work up; null: {@code rows.py} does it
 */
public record Side(String name, Opener opener) {
    /** Python's side, which {@code rows.py} has under the name of the row. */
    static Side python(String name) {
        return new Side(name, null);
    }

    /** Whether it needs Python. */
    public boolean isPython() {
        return opener == null;
    }

    /** Sets the work up: {@code size} operations for each sample, and {@code parameter} where the work has one. */
    public Work open(String key, int size, long parameter, PythonRows python) throws Exception {
        return isPython() ? python.open(key, size, parameter) : opener.open(size, parameter);
    }

    /** How work is set up. */
    @FunctionalInterface
    public interface Opener {
        /** Sets up {@code size} operations for each sample, and {@code parameter} where the work has one. */
        Work open(int size, long parameter) throws Exception;
    }
}
