package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.freethreading.Backend;
import org.freethreading.SharedIntArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** In memory that processes share, too, all see gets and sets of elements in one order. */
@JCStressTest
@State
@Outcome(
        id = {"0, 1", "1, 0", "1, 1"},
        expect = ACCEPTABLE,
        desc = "at least one saw what the other had set")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "both read before either had set: reads have passed writes")
public class SharedArrayOrder {
    private final SharedIntArray array = new SharedIntArray(2, Backend.processes());

    @Actor
    public void first(II_Result result) {
        array.set(0, 1);
        result.r1 = array.get(1);
    }

    @Actor
    public void second(II_Result result) {
        array.set(1, 1);
        result.r2 = array.get(0);
    }
}
