package org.freethreading.benchmarks.rows;

import org.freethreading.Backend;
import org.freethreading.benchmarks.Signal;
import org.freethreading.benchmarks.rows.Work.Timed;
import org.freethreading.java.Event;

/** Sets an event, waits for it and clears it: alone, or as a question to another worker and its answer. */
final class EventWork {
    private EventWork() {}

    static Work alone(int size, Backend backend) {
        var event = new Event(backend);
        return new Timed(
                size,
                size,
                () -> {
                    long count = 0;
                    for (int i = 0; i < size; i++) {
                        event.set();
                        event.await();
                        if (event.isSet()) count++;
                        event.clear();
                    }
                    return count;
                },
                () -> {});
    }

    /** A flag with a lock and a condition, which is what Java programs write, and what Python's own event is. */
    static Work conditionAlone(int size) {
        var event = Signal.Kind.CONDITION.make();
        return new Timed(
                size,
                size,
                () -> {
                    long count = 0;
                    for (int i = 0; i < size; i++) {
                        event.set();
                        event.await();
                        if (event.isSet()) count++;
                        event.clear();
                    }
                    return count;
                },
                () -> {});
    }

    static Work ask(int size, Backend backend) {
        var question = new Event(backend);
        var answer = new Event(backend);
        var companion = Companion.worker(backend, times -> {
            long count = 0;
            for (int i = 0; i < times; i++) {
                question.await();
                question.clear();
                count++;
                answer.set();
            }
            return count;
        });
        return new Timed(
                size,
                size,
                () -> {
                    companion.begin(size);
                    for (int i = 0; i < size; i++) {
                        question.set();
                        answer.await();
                        answer.clear();
                    }
                    return companion.finish();
                },
                companion::close);
    }

    static Work askByCondition(int size, ThreadKind kind) {
        var question = Signal.Kind.CONDITION.make();
        var answer = Signal.Kind.CONDITION.make();
        var companion = Companion.thread(kind.factory(), times -> {
            long count = 0;
            for (int i = 0; i < times; i++) {
                question.await();
                question.clear();
                count++;
                answer.set();
            }
            return count;
        });
        return new Timed(
                size,
                size,
                () -> {
                    companion.begin(size);
                    for (int i = 0; i < size; i++) {
                        question.set();
                        answer.await();
                        answer.clear();
                    }
                    return companion.finish();
                },
                companion::close);
    }
}
