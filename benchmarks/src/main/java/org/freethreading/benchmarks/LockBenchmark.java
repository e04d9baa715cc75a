package org.freethreading.benchmarks;

import java.util.concurrent.locks.ReentrantLock;
import kotlinx.coroutines.sync.Mutex;
import kotlinx.coroutines.sync.MutexKt;
import org.freethreading.java.Lock;
import org.freethreading.java.RLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Takes a lock, counts one up, and frees the lock, which nobody else wants. */
@State(Scope.Benchmark)
public class LockBenchmark extends Defaults {
    static final int TIMES = 1000;

    private final Lock lock = new Lock();
    private final RLock rLock = new RLock();
    private final ReentrantLock reentrantLock = new ReentrantLock();
    private final Mutex mutex = MutexKt.Mutex(false);

    /** Guarded by the lock that is measured: so the test sees whether it guards. */
    final Counter counter = new Counter();

    @Benchmark
    public long lock() {
        lock.lock();
        try {
            return counter.increment();
        } finally {
            lock.unlock();
        }
    }

    @Benchmark
    public long rLock() {
        rLock.lock();
        try {
            return counter.increment();
        } finally {
            rLock.unlock();
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
    public long lockFromCoroutine() {
        return Coroutines.lockAndUnlock(lock.asKotlin(), TIMES, counter);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long mutexFromCoroutine() {
        return Coroutines.lockAndUnlock(mutex, TIMES, counter);
    }
}
