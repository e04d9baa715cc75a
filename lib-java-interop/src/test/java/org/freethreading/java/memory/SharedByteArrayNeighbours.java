package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.freethreading.Backend;
import org.freethreading.SharedByteArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.BB_Result;

/** Elements that lie side by side are changed each by itself. */
@JCStressTest
@State
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "each is what its actor has made it")
public class SharedByteArrayNeighbours {
    private final SharedByteArray bytes = new SharedByteArray(2, Backend.threads());

    @Actor
    public void first() {
        bytes.set(0, (byte) 1);
    }

    @Actor
    public void second() {
        bytes.compareAndSet(1, (byte) 0, (byte) 2);
    }

    @Arbiter
    public void all(BB_Result result) {
        result.r1 = bytes.get(0);
        result.r2 = bytes.get(1);
    }
}
