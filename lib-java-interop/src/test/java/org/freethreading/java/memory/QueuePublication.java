package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.freethreading.Backend;
import org.freethreading.java.Queue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Whoever gets an item also sees what was written before it was put. */
@JCStressTest
@State
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "looked before the write")
@Outcome(id = "false, 42", expect = ACCEPTABLE, desc = "looked between the write and the put")
@Outcome(id = "true, 42", expect = ACCEPTABLE, desc = "got the item, and saw the write before it")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "got the item without the write: put() published nothing")
public class QueuePublication {
    private final Queue<Object> queue = new Queue<>(Backend.threads());
    private int data;

    @Actor
    public void producer() {
        data = 42;
        queue.add("item");
    }

    @Actor
    public void consumer(ZI_Result result) {
        result.r1 = queue.poll() != null;
        result.r2 = data;
    }
}
