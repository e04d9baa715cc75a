package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.ListIterator;
import java.util.Random;
import java.util.stream.IntStream;
import org.freethreading.Backend;
import org.junit.jupiter.api.Timeout;

/** What Guava's suite does not know: workers, the two faces, and views that others change under. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedListTest {
    @OnEachBackend
    void isAListForTheTasksThatCaptureIt(Backend backend) throws InterruptedException {
        SharedList<Integer> list = new SharedList<>(backend);
        list.add(0);
        try (WorkerPool pool = new WorkerPool(2, backend)) {
            pool.map(IntStream.rangeClosed(1, 20).boxed().toList(), 5, i -> {
                list.add(i);
                return list.update(0, sum -> sum + i);
            });
            pool.apply(() -> list.removeIf(i -> i % 2 == 1));
            pool.apply(() -> list.sort(null));
            pool.apply(() -> list.subList(0, 3).clear());
            IndexOutOfBoundsException failure =
                    assertThrows(IndexOutOfBoundsException.class, () -> pool.apply(() -> list.get(-1)));
            assertEquals("index -1, and the list has 8 items", failure.getMessage());
        }

        assertEquals(List.of(8, 10, 12, 14, 16, 18, 20, 210), list);
    }

    @OnEachBackend
    void isOneListByBothFaces(Backend backend) throws InterruptedException {
        SharedList<String> list = new SharedList<>(backend);
        SharedList<String> same = SharedList.of(list.asKotlin());
        list.add("a");

        assertEquals("a", same.get(0));
        assertEquals(list, same);
        assertEquals(List.of("a").hashCode(), list.hashCode());
        assertEquals("[a]", list.toString());
        list.addAll(Collections.nCopies(200, "b"));
        assertEquals(101, list.toString().split(", ").length);
        try (WorkerPool pool = new WorkerPool(1, backend)) {
            assertSame(list.asKotlin(), pool.apply(() -> list).asKotlin());
        }
    }

    @OnEachBackend
    void canBeShuffledAndSorted(Backend backend) {
        SharedList<Integer> list = new SharedList<>(backend);
        list.addAll(IntStream.range(0, 20).boxed().toList());

        Collections.shuffle(list, new Random(1));
        assertTrue(list.get(0) != 0 || list.get(1) != 1);
        Collections.sort(list);

        assertEquals(IntStream.range(0, 20).boxed().toList(), list);
        assertEquals(7, Collections.binarySearch(list, 7));
    }

    @OnEachBackend
    void hasIteratorsThatChangeNoOtherItemThanTheyHaveShown(Backend backend) {
        SharedList<String> list = new SharedList<>(backend);
        list.addAll(List.of("a", "b", "c"));
        ListIterator<String> items = list.listIterator();
        items.next();
        items.set("A");
        items.next();
        list.remove("A");

        assertThrows(ConcurrentModificationException.class, items::remove);
        assertThrows(ConcurrentModificationException.class, () -> items.set("x"));
        assertEquals("c", items.next());
        assertEquals(List.of("b", "c"), list);
    }
}
