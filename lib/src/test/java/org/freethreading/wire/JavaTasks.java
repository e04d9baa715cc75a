package org.freethreading.wire;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.freethreading.WorkerFunction;
import org.freethreading.WorkerRunnable;
import org.freethreading.WorkerSupplier;

/** Tasks as a Java programmer writes them, for the checks of what they capture. */
public final class JavaTasks implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Serializable state;

    public JavaTasks(Serializable state) {
        this.state = state;
    }

    public static WorkerRunnable capturingNothing() {
        return () -> System.out.println("done");
    }

    public static WorkerRunnable capturingNumber(long number) {
        return () -> System.out.println(number);
    }

    public static WorkerRunnable capturing(Object connection) {
        return () -> System.out.println(connection);
    }

    /** A long takes two slots among the local variables, so the names after it could be off by one. */
    public static WorkerRunnable capturingAfterWideOnes(long first, double second, Object connection) {
        return () -> System.out.println(first + second + connection.toString());
    }

    public WorkerRunnable capturingThis() {
        return () -> System.out.println(state);
    }

    public WorkerRunnable capturingThisAnd(Object connection) {
        return () -> System.out.println(state + connection.toString());
    }

    public static WorkerRunnable inLambda(Object connection) {
        WorkerSupplier<WorkerRunnable> outer = () -> () -> System.out.println(connection);
        try {
            return outer.get();
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static WorkerRunnable capturingPlainLambda() {
        Runnable action = () -> System.out.println("done");
        return () -> action.run();
    }

    public static WorkerFunction<String, Integer> unboundReference() {
        return String::length;
    }

    public static WorkerSupplier<String> boundReference(Object connection) {
        return connection::toString;
    }

    public static WorkerRunnable anonymous(Object connection) {
        return new WorkerRunnable() {
            private static final long serialVersionUID = 1L;

            @Override
            public void runTask() {
                System.out.println(connection);
            }
        };
    }

    /** The lambda inside the comparator is one of the JDK's own. */
    public static Comparator<String> comparator(Object connection) {
        Function<String, Integer> key = (Function<String, Integer> & Serializable) text -> connection.hashCode();
        return Comparator.comparing(key);
    }

    public static final class InConstructor {
        public final WorkerRunnable task;
        public final Supplier<String> plain = () -> "plain";

        public InConstructor(Object connection) {
            task = () -> System.out.println(connection);
        }
    }

    /** Named classes, as tasks too: {@code super(...)} keeps nothing, the list is copied. */
    public static final class Job implements WorkerRunnable {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // what the tests are about
        private final ArrayList<Object> connections;

        public Job(List<Object> connections) {
            this.connections = new ArrayList<>(connections);
        }

        @Override
        public void runTask() {
            System.out.println(connections);
        }
    }
}
