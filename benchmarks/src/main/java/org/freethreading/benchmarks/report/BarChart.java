package org.freethreading.benchmarks.report;

import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Bars in groups: for each category one of each name. */
final class BarChart {
    private BarChart() {}

    static CategoryChart of(
            String title, String xAxis, String yAxis, List<String> categories, Map<String, List<Double>> bars) {
        var chart = new CategoryChartBuilder()
                .width(Look.WIDTH)
                .height(Look.HEIGHT)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        Look.apply(chart.getStyler());
        chart.getStyler().setLabelsVisible(true).setLabelsPosition(1).setAvailableSpaceFill(0.8);
        chart.getStyler().setYAxisMin(0.0);
        bars.forEach((name, heights) -> chart.addSeries(name, categories, heights));
        return chart;
    }
}
