package org.freethreading.benchmarks.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.freethreading.Backend;

/**
 * Each primitive that no line of the design names, on each backend. Nothing is asked of most; they show where a primitive
 * falls behind its peer. What comes later (pipe, map, arrays) gets its rows here, and its work in a file of its own.
 */
final class PrimitiveRows {
    private static final int ALONE = 100_000;
    private static final int ALONE_BESIDE_PYTHON = 20_000;
    private static final int TOGETHER = 1_000;
    private static final int ITEMS = 50_000;
    private static final int CROWD = 4;

    private PrimitiveRows() {}

    static List<Row> of(Backend processes) {
        var rows = new ArrayList<>(onProcesses(processes));
        rows.addAll(onThreads(ThreadKind.PLATFORM));
        Stream.of(onVirtualThreads(), onThreads(ThreadKind.VIRTUAL))
                .flatMap(List::stream)
                .map(row -> row.on(JdkRange.WITH_VIRTUAL_THREADS))
                .forEach(rows::add);
        return rows;
    }

    private static List<Row> onProcesses(Backend backend) {
        return List.of(
                besidePython(
                        "rlock", "`RLock`, alone", ALONE_BESIDE_PYTHON, (size, none) -> LockWork.rLock(size, backend)),
                besidePython(
                        "semaphore",
                        "`Semaphore`, alone",
                        ALONE_BESIDE_PYTHON,
                        (size, none) -> SemaphoreWork.semaphore(size, backend)),
                besidePython(
                        "event",
                        "`Event`: set, wait, ask and clear, alone",
                        ALONE_BESIDE_PYTHON,
                        (size, none) -> EventWork.alone(size, backend)),
                besidePython(
                        "event-ask",
                        "`Event`: a question and its answer",
                        TOGETHER,
                        (size, none) -> EventWork.ask(size, backend)),
                besidePython(
                        "condition",
                        "`Condition`: two take turns",
                        TOGETHER,
                        (size, none) -> ConditionWork.turns(size, backend)),
                besidePython("barrier", "`Barrier` for two", TOGETHER, (size, none) -> BarrierWork.meet(size, backend)),
                besidePython(
                        "simple-queue",
                        "`SimpleQueue`, to a worker",
                        ITEMS,
                        (size, none) -> QueueWork.simple(size, backend)),
                besidePython(
                        "shared-long",
                        "`SharedLong.getAndAdd`, alone, beside `Value`",
                        ALONE_BESIDE_PYTHON,
                        (size, none) -> SharedWork.alone(size, backend)),
                Row.of(
                        "shared-long-crowd",
                        "`SharedLong.getAndAdd`, 4 processes at once",
                        250_000,
                        Goal.ratio(3),
                        (size, none) -> SharedWork.crowd(size, CROWD, backend),
                        new Side("`AtomicLong`, 4 threads", (size, none) -> SharedWork.atomicCrowd(size, CROWD))));
    }

    /** Lock, queue and executor of platform threads are lines of the design. */
    private static List<Row> onVirtualThreads() {
        var kind = ThreadKind.VIRTUAL;
        return List.of(
                beside(
                        kind,
                        "lock",
                        "`Lock`, alone",
                        ALONE,
                        (size, none) -> LockWork.lock(size, kind.backend()),
                        new Side("`ReentrantLock`", (size, none) -> LockWork.reentrantLock(size))),
                beside(
                        kind,
                        "queue",
                        "`Queue`, to a worker",
                        ITEMS,
                        (size, none) -> QueueWork.numbers(size, 0, kind.backend()),
                        new Side("`LinkedBlockingQueue`", (size, none) -> QueueWork.javaNumbers(size, 0, kind))),
                beside(
                        kind,
                        "submit",
                        "executor `submit().get()`, one at a time",
                        2_000,
                        (size, none) -> PoolWork.submit(size, kind.backend()),
                        new Side("`ThreadPoolExecutor`", (size, none) -> PoolWork.javaSubmit(size, kind))));
    }

    private static List<Row> onThreads(ThreadKind kind) {
        return List.of(
                beside(
                        kind,
                        "rlock",
                        "`RLock`, alone",
                        ALONE,
                        (size, none) -> LockWork.rLock(size, kind.backend()),
                        new Side("`ReentrantLock`", (size, none) -> LockWork.reentrantLock(size))),
                beside(
                        kind,
                        "semaphore",
                        "`Semaphore`, alone",
                        ALONE,
                        (size, none) -> SemaphoreWork.semaphore(size, kind.backend()),
                        new Side("`j.u.c.Semaphore`", (size, none) -> SemaphoreWork.javaSemaphore(size))),
                beside(
                        kind,
                        "event",
                        "`Event`: set, wait, ask and clear, alone",
                        ALONE,
                        (size, none) -> EventWork.alone(size, kind.backend()),
                        new Side("a flag with lock and condition", (size, none) -> EventWork.conditionAlone(size))),
                beside(
                        kind,
                        "event-ask",
                        "`Event`: a question and its answer",
                        TOGETHER,
                        (size, none) -> EventWork.ask(size, kind.backend()),
                        new Side(
                                "a flag with lock and condition",
                                (size, none) -> EventWork.askByCondition(size, kind))),
                beside(
                        kind,
                        "condition",
                        "`Condition`: two take turns",
                        TOGETHER,
                        (size, none) -> ConditionWork.turns(size, kind.backend()),
                        new Side("`j.u.c.Condition`", (size, none) -> ConditionWork.javaTurns(size, kind))),
                beside(
                        kind,
                        "barrier",
                        "`Barrier` for two",
                        TOGETHER,
                        (size, none) -> BarrierWork.meet(size, kind.backend()),
                        new Side("`CyclicBarrier`", (size, none) -> BarrierWork.javaMeet(size, kind))),
                beside(
                        kind,
                        "simple-queue",
                        "`SimpleQueue`, to a worker",
                        ITEMS,
                        (size, none) -> QueueWork.simple(size, kind.backend()),
                        new Side("`LinkedBlockingQueue`", (size, none) -> QueueWork.javaNumbers(size, 0, kind))),
                beside(
                        kind,
                        "shared-long",
                        "`SharedLong.getAndAdd`, alone",
                        ALONE,
                        (size, none) -> SharedWork.alone(size, kind.backend()),
                        new Side("`AtomicLong`", (size, none) -> SharedWork.atomicAlone(size))));
    }

    /** Both sides on threads of that kind, the caller's included. */
    private static Row beside(ThreadKind kind, String key, String work, int size, Side.Opener ours, Side peer) {
        return Row.of(
                key + "-" + kind.suffix,
                work + kind.addition,
                size,
                Goal.NONE,
                (operations, none) -> kind.here(ours.open(operations, none)),
                new Side(
                        peer.name(),
                        (operations, none) -> kind.here(peer.opener().open(operations, none))));
    }

    private static Row besidePython(String key, String work, int size, Side.Opener ours) {
        return Row.of(key, work + ", processes", size, Goal.NONE, ours, Side.python("`multiprocessing`"));
    }
}
