package org.freethreading.benchmarks.rows;

/** JDKs from a feature version on, up to but not including another. */
public record JdkRange(int from, int before) {
    /** All that the library runs on. */
    public static final JdkRange ANY = new JdkRange(17, Integer.MAX_VALUE);

    static final JdkRange WITH_VIRTUAL_THREADS = new JdkRange(21, Integer.MAX_VALUE);

    /** With a cache of classes, but not the one that also knows what they were linked to. */
    static final JdkRange BEFORE_AOT_CACHE = new JdkRange(17, 24);

    static final JdkRange WITH_AOT_CACHE = new JdkRange(25, Integer.MAX_VALUE);

    /** Whether {@code version} is one of them. */
    public boolean contains(int version) {
        return from <= version && version < before;
    }

    @Override
    public String toString() {
        return before == Integer.MAX_VALUE
                ? "a JDK from " + from + " on"
                : "a JDK from " + from + " to " + (before - 1);
    }
}
