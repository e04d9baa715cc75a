package org.freethreading.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.freethreading.benchmarks.report.Results.Allocation;
import org.freethreading.benchmarks.report.Results.Place;
import org.freethreading.benchmarks.report.Results.Point;
import org.freethreading.benchmarks.report.Results.RowResult;
import org.freethreading.benchmarks.report.Results.SeriesResult;
import org.freethreading.benchmarks.rows.LatencyLines;
import org.freethreading.benchmarks.rows.Rows;
import org.freethreading.benchmarks.rows.Series;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** The report says what the figures say. */
@Timeout(60)
class ReportTest {
    private static final Place PLACE = new Place("17", "3.11");

    @Test
    void theRatioIsTheMedianOfThePairs() {
        var row = Rows.named("submit");
        var met = result("submit", List.of(10e3, 30e3, 20e3), Map.of("Pool", List.of(200e3, 100e3, 100e3)));
        var missed = result("submit", List.of(40e3, 30e3, 20e3), Map.of("Pool", List.of(100e3, 100e3, 100e3)));

        assertEquals(
                "| executor `submit().get()`, one at a time, processes | `submit` | Pool | ≤ 0.20 | 70.0 ns | 20.0 µs | 100.0 µs | 0.20 "
                        + "| 0.050 to 0.30 | yes, not always |",
                Lines.of(row, met));
        assertTrue(Lines.of(row, missed).endsWith("| 0.30 | 0.20 to 0.40 | no, not always |"), Lines.of(row, missed));
    }

    @Test
    void whoHasSeveralPeersIsComparedWithTheBest() {
        var peers = new LinkedHashMap<String, List<Double>>();
        peers.put("slow", List.of(100.0, 100.0));
        peers.put("fast", List.of(20.0, 40.0));

        var line = Lines.of(Rows.named("queue-threads"), result("queue-threads", List.of(30.0, 60.0), peers));

        assertTrue(line.endsWith("| fast | ≤ 1.00 | 70.0 ns | 45.0 ns | 30.0 ns | 1.50 | 1.50 to 1.50 | no |"), line);
    }

    @Test
    void memoryIsComparedByDifference() {
        var line = Lines.of(Rows.named("memory"), result("memory", List.of(50e6), Map.of("java", List.of(38e6))));

        assertTrue(
                line.endsWith(
                        "| java | ≤ +15.0 MB | 0.0 MB | 50.0 MB | 38.0 MB | +12.0 MB | +12.0 MB to +12.0 MB | yes |"),
                line);
    }

    @Test
    void aSlopeIsFittedToTheLogarithms() {
        var linear = Slope.of(points(n -> 3 * n), 1);
        var flat = Slope.of(points(n -> 100 + n % 2), 1);

        assertEquals(1, linear.slope(), 1e-9);
        assertEquals("grows", linear.verdict());
        assertEquals(0, flat.slope(), 0.01);
        assertEquals("flat", flat.verdict());
        assertEquals("falls", Slope.of(points(n -> 1e6 / n), 1).verdict());
    }

    /** Worked out by hand: three points have one degree of freedom, so t is 12.706. */
    @Test
    void theIntervalIsThatOfStudent() {
        var slope = Slope.of(
                List.of(new Point(1, List.of(1.0)), new Point(10, List.of(2.0)), new Point(100, List.of(3.0))), 1);

        assertEquals(0.23856, slope.slope(), 1e-5);
        assertEquals(0.45827, slope.halfWidth(), 1e-5);
        assertEquals("flat within what was measured", slope.verdict());
    }

    @Test
    void percentilesAreLatenciesThatWereMeasured() {
        var latencies =
                DoubleStream.iterate(10_000, value -> value - 1).limit(10_000).toArray();

        var percentiles = new LinkedHashMap<Double, Double>();
        for (var point : Percentiles.of(latencies))
            percentiles.put(point.x(), point.samples().get(0));

        assertEquals(5_000, percentiles.get(50.0));
        assertEquals(9_900, percentiles.get(99.0));
        assertEquals(9_990, percentiles.get(99.9));
        assertEquals(9_999, percentiles.get(99.99));
        assertFalse(Percentiles.of(new double[] {1, 2, 3}).stream().anyMatch(point -> point.x() > 50));
    }

    @Test
    void theReportHasAllThatWasMeasured(@TempDir Path directory) throws Exception {
        everything().write(directory);
        Report.write(Results.read(directory), directory);

        var report = Files.readString(directory.resolve("REPORT.md"));
        for (var row : Rows.all()) assertTrue(report.contains("| `" + row.key() + "` |"), row.key());
        for (var series : Rows.series()) assertTrue(report.contains("](" + series.key() + ".svg)"), series.key());
        assertTrue(report.contains("](latency.svg)"), report);
        assertTrue(report.contains("](starts.svg)"), report);
        assertTrue(report.contains("| `LockBenchmark.lock` | processes | 0.0 | 0 | yes | 5.0 ns |"), report);
        assertTrue(report.contains("JDK 17 beside Python 3.11"), report);
        assertFalse(report.contains(System.getProperty("user.dir")), report);
    }

    @Test
    void plotsAreSvg(@TempDir Path directory) throws Exception {
        Report.write(everything(), directory);

        var names = new ArrayList<>(Rows.series().stream().map(Series::key).toList());
        names.addAll(List.of("latency", "starts"));
        for (var name : names) {
            try (var file = Files.newInputStream(directory.resolve(name + ".svg"))) {
                var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
                builder.setEntityResolver((publicId, systemId) -> new InputSource(new StringReader("")));
                var svg = builder.parse(file).getDocumentElement();
                assertEquals("svg", svg.getTagName());
                assertFalse(svg.getAttribute("aria-label").isEmpty());
                assertTrue(svg.getElementsByTagName("path").getLength() > 0, name);
            }
        }
    }

    private static Results everything() {
        var rows = Rows.all().stream()
                .map(row -> result(
                        row.key(),
                        List.of(10.0, 20.0),
                        Map.of(row.peers().get(0).name(), List.of(30.0, 40.0))))
                .toList();
        var series = new ArrayList<SeriesResult>();
        for (var each : Rows.series()) {
            var lines = new LinkedHashMap<String, List<Point>>();
            for (var line : each.lines()) {
                lines.put(
                        line.name(),
                        each.xs().stream()
                                .map(x -> new Point(x, List.of(1000.0, 1100.0)))
                                .toList());
            }
            series.add(new SeriesResult(each.key(), PLACE, lines, null));
        }
        var latencies =
                DoubleStream.iterate(1_000, value -> value + 1).limit(10_000).toArray();
        series.add(new SeriesResult(LatencyLines.KEY, PLACE, Map.of("threads", Percentiles.of(latencies)), null));
        var allocations = List.of(new Allocation("LockBenchmark.lock", Map.of("backend", "processes"), 1e-5, 5));
        return new Results(Circumstances.now(""), rows, series, allocations);
    }

    private static RowResult result(String key, List<Double> ours, Map<String, List<Double>> peers) {
        return new RowResult(key, PLACE, 70.0, ours, peers, null);
    }

    private static List<Point> points(DoubleUnaryOperator cost) {
        return DoubleStream.of(1, 10, 100, 1000, 10_000)
                .mapToObj(n -> new Point(n, List.of(cost.applyAsDouble(n), cost.applyAsDouble(n))))
                .toList();
    }
}
