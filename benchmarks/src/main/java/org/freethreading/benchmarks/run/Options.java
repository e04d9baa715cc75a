package org.freethreading.benchmarks.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a run is asked for.
 *
 * @param names which rows, series and parts are measured; empty: all
 * @param pairs how many pairs a row has at most
 * @param seconds after how many a row has enough, if it has five pairs
 * @param forks how many JVMs measure a row of the goals in which no Python takes part
 * @param output where the report goes
 * @param python Python's command
 * @param isLong whether series have all their points, and more samples
 * @param redraw whether nothing is measured: the report is made anew from its raw figures
 * @param list whether the names are printed, and no more
 * @param profile whether a recording of each row's JVM is left in the output
 */
record Options(
        List<String> names,
        int pairs,
        double seconds,
        int forks,
        Path output,
        String python,
        boolean isLong,
        boolean redraw,
        boolean list,
        boolean profile) {

    static final String HELP = """
            Measures freethreading beside its peers, and writes a report.

              --rows lock,queue   only these rows, series, or parts (design, primitives, series, latency, allocation)
              --pairs 11          how many pairs of samples a row has at most
              --seconds 1         after how many seconds a row has enough, once it has five pairs
              --forks 2           how many JVMs measure a row of the goals in which no Python takes part
              --long              more of all that: about an hour
              --output DIR        where the report goes: target/report
              --python python3    which Python
              --redraw            measures nothing: makes the report anew from results.json
              --profile           leaves a recording (JFR) of each row's JVM in the output
              --list              prints the names
            """;

    static Options parse(String... arguments) {
        var names = new ArrayList<String>();
        int pairs = 11;
        double seconds = 1;
        int forks = 2;
        var output = Path.of("target", "report");
        var python = "python3";
        boolean isLong = false;
        boolean redraw = false;
        boolean list = false;
        boolean profile = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--rows" -> names.addAll(List.of(value(arguments, ++i).split(",")));
                case "--pairs" -> pairs = number(arguments, ++i);
                case "--seconds" -> seconds = number(arguments, ++i);
                case "--forks" -> forks = number(arguments, ++i);
                case "--output" -> output = Path.of(value(arguments, ++i));
                case "--python" -> python = value(arguments, ++i);
                case "--long" -> {
                    isLong = true;
                    pairs = 31;
                    seconds = 60;
                    forks = 5;
                }
                case "--redraw" -> redraw = true;
                case "--list" -> list = true;
                case "--profile" -> profile = true;
                default -> throw new IllegalArgumentException("no option is named '" + arguments[i] + "'\n\n" + HELP);
            }
        }
        return new Options(List.copyOf(names), pairs, seconds, forks, output, python, isLong, redraw, list, profile);
    }

    /** Whether something is to be measured: it has that name, or belongs to that part. */
    boolean wants(String name, String part) {
        return names.isEmpty() || names.contains(name) || names.contains(part);
    }

    private static int number(String[] arguments, int index) {
        var value = value(arguments, index);
        if (!value.matches("[1-9]\\d{0,5}")) {
            throw new IllegalArgumentException(arguments[index - 1] + " needs a number from 1 on, not '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    private static String value(String[] arguments, int index) {
        if (index == arguments.length) throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
        return arguments[index];
    }
}
