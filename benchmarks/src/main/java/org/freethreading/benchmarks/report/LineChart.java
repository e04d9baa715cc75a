package org.freethreading.benchmarks.report;

import java.util.List;
import java.util.Map;
import org.freethreading.benchmarks.report.Results.Point;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Lines through medians. */
final class LineChart {
    private LineChart() {}

    /** Both axes have logarithmic scales. */
    static XYChart logarithmic(String title, String xAxis, String yAxis, Map<String, List<Point>> lines) {
        var chart = new XYChartBuilder()
                .width(Look.WIDTH)
                .height(Look.HEIGHT)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        Look.apply(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        lines.forEach((name, points) -> add(name, points, chart));
        return chart;
    }

    private static void add(String name, List<Point> points, XYChart chart) {
        if (points.isEmpty()) return;
        chart.addSeries(
                name,
                points.stream().mapToDouble(Point::x).toArray(),
                points.stream()
                        .mapToDouble(point -> Median.of(point.samples()).median())
                        .toArray());
    }
}
