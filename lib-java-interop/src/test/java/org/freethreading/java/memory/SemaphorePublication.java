package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.freethreading.Backend;
import org.freethreading.java.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Whoever gets a permit also sees what was written before it was released. */
@JCStressTest
@State
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "asked before the write")
@Outcome(id = "false, 42", expect = ACCEPTABLE, desc = "asked between the write and the release")
@Outcome(id = "true, 42", expect = ACCEPTABLE, desc = "got the permit, and saw the write before it")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "got the permit without the write: release() published nothing")
public class SemaphorePublication {
    private final Semaphore semaphore = new Semaphore(0, Backend.threads());
    private int data;

    @Actor
    public void giver() {
        data = 42;
        semaphore.release();
    }

    @Actor
    public void taker(ZI_Result result) {
        result.r1 = semaphore.tryAcquire();
        result.r2 = data;
    }
}
