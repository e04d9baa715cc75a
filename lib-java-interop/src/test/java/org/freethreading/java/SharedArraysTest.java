package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.freethreading.Backend;
import org.freethreading.SharedByteArray;
import org.freethreading.SharedDoubleArray;
import org.freethreading.SharedIntArray;
import org.freethreading.SharedLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The arrays that exist once, for both languages, as Java sees them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedArraysTest {
    @Test
    void areMadeForTheCurrentBackendUnlessTold() {
        assertEquals(3, new SharedLongArray(3).length());
        assertEquals(2, new SharedIntArray(new int[] {1, 2}).get(1));
        assertEquals("[0.0]", new SharedDoubleArray(1).toString());
        assertEquals(5, new SharedByteArray(new byte[] {5}).get(0));
    }

    @OnEachBackend
    void haveTheOperationsOfAtomicArrays(Backend backend) {
        SharedLongArray longs = new SharedLongArray(2, backend);
        longs.set(0, 5L);
        assertEquals(5, longs.getAndAccumulate(0, 2, Math::max));
        assertEquals(6, longs.incrementAndGet(0));
        assertTrue(longs.compareAndSet(0, 6, 7));
        assertEquals(14, longs.updateAndGet(0, was -> was * 2));
        SharedIntArray ints = new SharedIntArray(new int[] {1, 2, 3}, backend);
        assertEquals(3, ints.addAndGet(0, 2));
        assertEquals(2, ints.getAndSet(1, 9));
        SharedDoubleArray doubles = new SharedDoubleArray(new double[] {0.5}, backend);
        assertEquals(1.0, doubles.accumulateAndGet(0, 0.5, Double::sum));
        SharedByteArray bytes = new SharedByteArray(4, backend);
        bytes.set(3, (byte) 127);
        assertEquals(-128, bytes.addAndGet(3, 1));
    }

    @OnEachBackend
    void readAndWriteRanges(Backend backend) {
        SharedIntArray ints = new SharedIntArray(5, backend);
        ints.write(1, new int[] {1, 2, 3});
        ints.write(new int[] {7});
        int[] into = new int[4];

        ints.read(0, into);

        assertArrayEquals(new int[] {7, 1, 2, 3}, into);
        assertArrayEquals(new int[] {7, 1, 2, 3, 0}, ints.read());
        assertArrayEquals(new int[] {2, 3}, ints.read(2, 2));
        Exception refusal = assertThrows(IndexOutOfBoundsException.class, () -> ints.get(5));
        assertEquals("index 5 is out of bounds: the array has a length of 5", refusal.getMessage());
        ByteBuffer buffer = ints.asByteBuffer();
        assertEquals(7, buffer.getInt(0));
    }

    @OnEachBackend
    void areSharedWithTasksThatCaptureThem(Backend backend) throws InterruptedException {
        SharedLongArray longs = new SharedLongArray(2, backend);
        try (WorkerPool pool = new WorkerPool(2, backend)) {
            pool.map(List.of(0, 1, 0, 1), index -> {
                longs.lock().lockBlocking();
                try {
                    longs.set(index, longs.get(index) + 1);
                } finally {
                    longs.lock().unlock();
                }
                return index;
            });
            assertSame(longs, pool.apply(() -> longs));
        }

        assertEquals("[2, 2]", longs.toString());
    }
}
