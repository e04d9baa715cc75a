package org.freethreading.java;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** Lines that tasks in other processes may add to: a file. */
final class Journal implements Serializable {
    private static final long serialVersionUID = 1L;

    private final File file = Scratch.newFile("journal");

    /** Adds a line; returns true, as {@code Collection.add}. */
    boolean add(Object line) {
        Scratch.append(file, (line + "\n").getBytes());
        return true;
    }

    /** All lines, in order. */
    List<String> lines() {
        try {
            return file.exists() ? Files.readAllLines(file.toPath()) : List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
