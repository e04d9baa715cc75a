package org.freethreading.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Bars in groups: for each category one of each name. */
final class BarChart {
    private BarChart() {}

    /** Bars that start at 0; or, where {@code lowest} is above it, on a logarithmic scale that starts there. */
    static CategoryChart of(
            String title,
            String xAxis,
            String yAxis,
            double lowest,
            List<String> categories,
            Map<String, List<Double>> bars) {
        var chart = new CategoryChartBuilder()
                .width(Look.WIDTH)
                .height(Look.HEIGHT)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        Look.apply(chart.getStyler());
        chart.getStyler().setLabelsVisible(true).setLabelsPosition(0.5).setAvailableSpaceFill(0.8);
        chart.getStyler().setYAxisLogarithmic(lowest > 0).setYAxisMin(lowest);
        bars.forEach((name, heights) -> chart.addSeries(name, categories, rounded(heights)));
        return chart;
    }

    /** To three digits, as the labels on the bars show them. */
    private static List<Double> rounded(List<Double> heights) {
        return heights.stream()
                .map(height -> new BigDecimal(height).round(new MathContext(3)).doubleValue())
                .toList();
    }
}
