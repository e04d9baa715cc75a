package org.freethreading.benchmarks;

import java.util.concurrent.locks.ReentrantLock;
import kotlinx.coroutines.sync.Mutex;
import kotlinx.coroutines.sync.MutexKt;
import org.freethreading.benchmarks.rows.Backends;
import org.freethreading.java.Lock;
import org.freethreading.java.RLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Takes a lock, counts one up, and frees the lock, which nobody else wants. */
@State(Scope.Benchmark)
public class LockBenchmark extends Defaults {
    static final int TIMES = 1000;

    private final ReentrantLock reentrantLock = new ReentrantLock();
    private final Mutex mutex = MutexKt.Mutex(false);

    /** Guarded by the lock that is measured: so the test sees whether it guards. */
    final Counter counter = new Counter();

    @Benchmark
    public long lock(Locks locks) {
        locks.lock.lock();
        try {
            return counter.increment();
        } finally {
            locks.lock.unlock();
        }
    }

    @Benchmark
    public long rLock(Locks locks) {
        locks.rLock.lock();
        try {
            return counter.increment();
        } finally {
            locks.rLock.unlock();
        }
    }

    @Benchmark
    public long reentrantLock() {
        reentrantLock.lock();
        try {
            return counter.increment();
        } finally {
            reentrantLock.unlock();
        }
    }

    /** Cannot wait: where the lock is contended, it spins. */
    @Benchmark
    public long mutexWithoutWaiting() {
        while (!mutex.tryLock(null)) Thread.onSpinWait();
        try {
            return counter.increment();
        } finally {
            mutex.unlock(null);
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long lockFromCoroutine(Locks locks) {
        return Coroutines.lockAndUnlock(locks.lock.asKotlin(), TIMES, counter);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long mutexFromCoroutine() {
        return Coroutines.lockAndUnlock(mutex, TIMES, counter);
    }

    /** Ours, which lie in this JVM's heap, or in memory that processes share. */
    @State(Scope.Benchmark)
    public static class Locks {
        @Param({"threads", "processes"})
        public String backend;

        private Lock lock;
        private RLock rLock;

        @Setup
        public void make() {
            lock = new Lock(Backends.named(backend));
            rLock = new RLock(Backends.named(backend));
        }
    }
}
