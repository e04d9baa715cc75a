package org.freethreading.benchmarks;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.freethreading.Backend;
import org.freethreading.java.Event;

/** What one thread can wait for and another can set off: an event, and what a program without one would write. */
public interface Signal {
    void set();

    void clear();

    void await() throws InterruptedException;

    /** Whether a wait would end at once. */
    boolean isSet();

    /** Which signal is measured. */
    enum Kind {
        EVENT,
        EVENT_ON_PROCESSES,
        CONDITION,
        SEMAPHORE;

        /** Makes one, which is not set. */
        public Signal make() {
            return switch (this) {
                case EVENT -> new OfEvent(Backend.threads());
                case EVENT_ON_PROCESSES -> new OfEvent(Backend.processes());
                case CONDITION -> new OfCondition();
                case SEMAPHORE -> new OfSemaphore();
            };
        }
    }

    final class OfEvent implements Signal {
        private final Event event;

        OfEvent(Backend backend) {
            event = new Event(backend);
        }

        @Override
        public void set() {
            event.set();
        }

        @Override
        public void clear() {
            event.clear();
        }

        @Override
        public void await() throws InterruptedException {
            event.await();
        }

        @Override
        public boolean isSet() {
            return event.isSet();
        }
    }

    /** Python's own event is made like this. */
    final class OfCondition implements Signal {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private boolean isSet;

        @Override
        public void set() {
            lock.lock();
            try {
                isSet = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void clear() {
            lock.lock();
            try {
                isSet = false;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void await() throws InterruptedException {
            lock.lock();
            try {
                while (!isSet) changed.await();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isSet() {
            lock.lock();
            try {
                return isSet;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Wakes one thread only, and by that is cleared: enough for two. */
    final class OfSemaphore implements Signal {
        private final java.util.concurrent.Semaphore permits = new java.util.concurrent.Semaphore(0);

        @Override
        public void set() {
            permits.release();
        }

        @Override
        public void clear() {}

        @Override
        public void await() throws InterruptedException {
            permits.acquire();
        }

        @Override
        public boolean isSet() {
            return permits.availablePermits() > 0;
        }
    }
}
