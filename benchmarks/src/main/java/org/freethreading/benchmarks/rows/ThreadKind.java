package org.freethreading.benchmarks.rows;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import org.freethreading.Backend;

/** The threads of the JDK that the peers run on, and the backend that we run on beside them. */
enum ThreadKind {
    PLATFORM("threads", ", threads") {
        @Override
        Backend backend() {
            return Backend.threads();
        }

        @Override
        ThreadFactory factory() {
            return task -> {
                var thread = new Thread(task, "partner");
                thread.setDaemon(true);
                return thread;
            };
        }
    },
    VIRTUAL("virtual", ", virtual threads") {
        @Override
        Backend backend() {
            return Backend.virtualThreads();
        }

        /** By reflection, because the floor is Java 17. */
        @Override
        ThreadFactory factory() {
            try {
                var builder = Thread.class.getMethod("ofVirtual").invoke(null);
                var type = Class.forName("java.lang.Thread$Builder");
                return (ThreadFactory) type.getMethod("factory").invoke(builder);
            } catch (ReflectiveOperationException before21) {
                throw new UnsupportedOperationException("virtual threads need Java 21", before21);
            }
        }
    };

    /** How the names of rows end. */
    final String suffix;

    /** What the report adds to the name of the work. */
    final String addition;

    ThreadKind(String suffix, String addition) {
        this.suffix = suffix;
        this.addition = addition;
    }

    abstract Backend backend();

    abstract ThreadFactory factory();

    /** The same work, done on a thread of this kind. */
    Work here(Work work) {
        if (this == PLATFORM) return work;
        return new Work() {
            @Override
            public double sample() throws Exception {
                return call(work::sample);
            }

            @Override
            public void close() {
                work.close();
            }
        };
    }

    private <T> T call(Callable<T> callable) throws Exception {
        var task = new FutureTask<>(callable);
        factory().newThread(task).start();
        return task.get();
    }
}
