package org.freethreading.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import org.freethreading.Backend;

/** A row of the comparison: the same work on both sides, and what is asked of ours. */
enum Row {
    SUBMIT("executor `submit().get()`, one at a time", "`ProcessPoolExecutor`", 1 / 5.0, JvmRows::submit),
    SUBMIT_ARGUMENT("the same, with a number as argument", "`ProcessPoolExecutor`", 1 / 5.0, JvmRows::submitArgument),
    IMAP("pool `imap` of a trivial function, chunk 1", "`Pool.imap`", 1 / 10.0, JvmRows::imap),
    MAP("pool `map` of a trivial function, default chunks", "`Pool.map`", 1 / 2.0, JvmRows::map),
    ARGUMENT("pool `apply` with an argument of 16 MiB", "`Pool.apply`", 1 / 10.0, JvmRows::argument),
    START("start and join of a worker, warm", "`forkserver`", 1 / 3.0, JvmRows::start),
    START_8("start and join of 8 workers at once, warm", "`forkserver`", 1, JvmRows::start),
    COLD_START("start and join of a worker, fresh program", "`spawn`", coldGoal(), JvmRows::coldStart),
    LOCK("lock and unlock, one worker", "`multiprocessing.Lock`", 1 / 6.0, PrimitiveRows::lock),
    QUEUE("queue, small items, from here to a worker", "`multiprocessing.Queue`", 1 / 20.0, PrimitiveRows::queue),
    QUEUE_BOUNDED(
            "the same, at most 1000 items at a time", "`multiprocessing.Queue`", 1 / 20.0, PrimitiveRows::boundedQueue),
    QUEUE_PACED(
            "queue, there and back when all are asleep", "`multiprocessing.Queue`", 1 / 2.0, PrimitiveRows::pacedQueue);

    final String work;
    final String peer;

    /** Our time, as a part of the peer's, that is good enough. */
    final double goal;

    private final Opener opener;

    Row(String work, String peer, double goal, Opener opener) {
        this.work = work;
        this.peer = peer;
        this.goal = goal;
        this.opener = opener;
    }

    /** Its name in {@code rows.py}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Row named(String key) {
        return Arrays.stream(values())
                .filter(row -> row.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row is named '" + key + "'"));
    }

    /** Our side of it. */
    Work open(int size, Backend backend) throws Exception {
        return opener.open(size, backend);
    }

    private static double coldGoal() {
        return Runtime.version().feature() >= 25 ? 1 : 1.5; // from 25 on there is an AOT cache
    }

    private interface Opener {
        Work open(int size, Backend backend) throws Exception;
    }
}
