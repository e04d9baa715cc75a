package org.freethreading.java.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.freethreading.Backend;
import org.freethreading.java.Event;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Whoever sees the event set also sees what was written before it was set. */
@JCStressTest
@State
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "looked before the write")
@Outcome(id = "false, 42", expect = ACCEPTABLE, desc = "looked between the write and the set")
@Outcome(id = "true, 42", expect = ACCEPTABLE, desc = "saw the event and the write before it")
@Outcome(id = "true, 0", expect = FORBIDDEN, desc = "saw the event without the write: set() published nothing")
public class EventPublication {
    private final Event event = new Event(Backend.threads());
    private int data;

    @Actor
    public void setter() {
        data = 42;
        event.set();
    }

    @Actor
    public void observer(ZI_Result result) {
        result.r1 = event.isSet();
        result.r2 = data;
    }
}
