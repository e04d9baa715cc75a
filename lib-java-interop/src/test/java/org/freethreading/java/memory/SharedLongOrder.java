package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.freethreading.Backend;
import org.freethreading.SharedLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Gets and sets have the effects of volatile ones: all see them in one order, as Dekker's algorithm needs it. */
@JCStressTest
@State
@Outcome(
        id = {"0, 1", "1, 0", "1, 1"},
        expect = ACCEPTABLE,
        desc = "at least one saw what the other had set")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "both read before either had set: reads have passed writes")
public class SharedLongOrder {
    private final SharedLong one = new SharedLong(0, Backend.threads());
    private final SharedLong other = new SharedLong(0, Backend.threads());

    @Actor
    public void first(JJ_Result result) {
        one.set(1);
        result.r1 = other.get();
    }

    @Actor
    public void second(JJ_Result result) {
        other.set(1);
        result.r2 = one.get();
    }
}
