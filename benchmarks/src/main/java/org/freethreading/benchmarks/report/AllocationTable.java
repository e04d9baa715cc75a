package org.freethreading.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.freethreading.benchmarks.report.Results.Allocation;

/** What operations allocate: nothing, but for the item of a queue. */
final class AllocationTable {
    static final String INTRODUCTION =
            "By JMH's profiler of allocations. The goal of ours: none for a lock, a semaphore, an event and a shared number "
                    + "that nobody else wants (below half a byte is what the rest of the JVM allocates meanwhile), and no more "
                    + "than the item, an `Integer`, for a queue. Peers stand beside them.";

    private static final double NOTHING = 0.5;
    private static final double ITEM = 16 + NOTHING;

    private AllocationTable() {}

    /** The table; empty: nothing was measured. */
    static Optional<String> of(List<Allocation> allocations) {
        if (allocations.isEmpty()) return Optional.empty();
        return Optional.of("""
                | benchmark | parameters | bytes per operation | goal | met | time |
                |---|---|---:|---:|---|---:|
                """ + allocations.stream().map(AllocationTable::line).collect(Collectors.joining("\n")));
    }

    private static String line(Allocation allocation) {
        boolean isAsked = isOurs(allocation);
        double limit = allocation.benchmark().startsWith("Queue") ? ITEM : NOTHING;
        return String.format(
                Locale.ROOT,
                "| `%s` | %s | %.1f | %s | %s | %.1f ns |",
                allocation.benchmark(),
                String.join(", ", allocation.parameters().values()),
                allocation.bytes(),
                !isAsked ? "" : limit == ITEM ? "≤ 16" : "0",
                !isAsked ? "" : allocation.bytes() <= limit ? "yes" : "no",
                allocation.nanoseconds());
    }

    /** Whether it measures a primitive of ours, and none of a peer. */
    private static boolean isOurs(Allocation allocation) {
        var kind = allocation.parameters().get("kind");
        if (kind != null) return kind.startsWith("QUEUE") || kind.startsWith("EVENT");
        return !allocation.benchmark().matches(".*\\.(java|reentrant|atomic).*");
    }
}
