package org.freethreading.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * What a run has measured, as it lies in {@code results.json}: the single source of the report.
 *
 * @param run where and how it was measured
 * @param rows the comparisons
 * @param series the series
 * @param allocations what single operations allocate
 */
public record Results(
        Circumstances run, List<RowResult> rows, List<SeriesResult> series, List<Allocation> allocations) {
    private static final String FILE = "results.json";

    /** Where a row or a series was measured: each has a JVM of its own. */
    public record Place(String jdk, String python) {}

    /**
     * A row, in pairs: a sample of ours, and at the same place in each list of the peers one of theirs.
     *
     * @param first our very first sample, before anything was warm; null: not known
     * @param skipped why it was not measured; null: it was
     */
    public record RowResult(
            String key,
            Place place,
            Double first,
            List<Double> ours,
            Map<String, List<Double>> peers,
            String skipped) {}

    /** A series, by the names of its lines. */
    public record SeriesResult(String key, Place place, Map<String, List<Point>> lines, String skipped) {}

    /** The samples for one x. */
    public record Point(double x, List<Double> samples) {}

    /** What JMH's profiler says of a benchmark. */
    public record Allocation(String benchmark, Map<String, String> parameters, double bytes, double nanoseconds) {}

    /** Reads what {@link #write} has written. */
    public static Results read(Path directory) throws IOException {
        return read(directory.resolve(FILE), Results.class);
    }

    /** Writes it all, or leaves what was there before. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var unfinished = directory.resolve(FILE + ".unfinished");
        write(unfinished, this);
        Files.move(unfinished, directory.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Reads a value from a file with JSON. */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        return new ObjectMapper().readValue(file.toFile(), type);
    }

    /** Writes a value as JSON. */
    public static void write(Path file, Object value) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), value);
    }
}
