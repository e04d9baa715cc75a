package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.freethreading.Backend;
import org.freethreading.java.Lock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** What was done before an unlock is visible after the next lock, and nobody comes between. */
@JCStressTest
@State
@Outcome(id = "2", expect = ACCEPTABLE, desc = "each saw what those before it had written")
public class LockExclusion {
    private final Lock lock = new Lock(Backend.threads());
    private int data;

    @Actor
    public void first() {
        count();
    }

    @Actor
    public void second() {
        count();
    }

    private void count() {
        lock.lock();
        data++;
        lock.unlock();
    }

    @Arbiter
    public void sum(I_Result result) {
        result.r1 = data;
    }
}
