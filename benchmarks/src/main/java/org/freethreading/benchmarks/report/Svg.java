package org.freethreading.benchmarks.report;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.internal.chartpart.Chart;

/** Writes charts as SVG. Text becomes outlines: so it looks the same everywhere, whichever fonts are there. */
final class Svg {
    private Svg() {}

    static void write(Chart<?, ?> chart, Path file) throws IOException {
        var graphics = new SVGGraphics2D(context(), false);
        chart.paint(graphics, chart.getWidth(), chart.getHeight());
        var root = graphics.getRoot();
        root.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
        root.setAttribute("width", String.valueOf(chart.getWidth()));
        root.setAttribute("height", String.valueOf(chart.getHeight()));
        root.setAttribute("role", "img");
        root.setAttribute("aria-label", chart.getTitle());
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            graphics.stream(root, writer, false, false);
        }
    }

    private static SVGGeneratorContext context() {
        try {
            var documents = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder();
            var document = documents.getDOMImplementation().createDocument("http://www.w3.org/2000/svg", "svg", null);
            var context = SVGGeneratorContext.createDefault(document);
            context.setComment(" Drawn by XChart and Apache Batik ");
            context.setPrecision(2);
            return context;
        } catch (ParserConfigurationException failure) {
            throw new IllegalStateException("this JDK has no XML parser", failure);
        }
    }
}
