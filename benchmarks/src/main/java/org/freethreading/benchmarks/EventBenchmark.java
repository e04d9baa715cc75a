package org.freethreading.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Sets an event, waits for it and clears it: alone, or as a question to another thread and its answer. */
@State(Scope.Benchmark)
public class EventBenchmark extends Defaults {
    @Param
    Signal.Kind kind;

    private Signal own;
    private Signal question;
    private Signal answer;
    private Partner partner;
    private final Counter answers = new Counter();

    @Setup
    public void start() {
        own = kind.make();
        question = kind.make();
        answer = kind.make();
        partner = new Partner(() -> {
            question.await();
            question.clear();
            answers.increment();
            answer.set();
        });
    }

    @TearDown
    public void stop() {
        partner.close();
    }

    @Benchmark
    public Signal alone() throws InterruptedException {
        own.set();
        own.await();
        own.clear();
        return own;
    }

    @Benchmark
    public long thereAndBack() throws InterruptedException {
        question.set();
        answer.await();
        answer.clear();
        return answers.count();
    }
}
