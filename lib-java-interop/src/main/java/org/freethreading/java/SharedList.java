package org.freethreading.java;

import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.freethreading.Backend;
import org.freethreading.ConnectionClosedException;

/**
 * A list that workers share. The process that makes it keeps it, and all can use it; each operation is atomic. Safe
 * for concurrent use. Items may be null.
 *
 * <p><b>Between processes</b> an operation is a message to the keeper and its answer, and needs neither in the
 * keeper's own process. What is put in is copied there and then, and what is taken out is a copy, in the keeper's
 * process too: to change an item, {@link #set} it again. Items are compared by the keeper, by their {@code equals},
 * or if they encode to the same bytes. Among threads the objects themselves are in the list.
 *
 * <p><b>Functions</b> ({@link #update}, {@link #replaceAll}, {@link #removeIf}, {@link #sort}) run at the caller,
 * who takes his turn: so they need not be serialisable, and run once. Meanwhile nobody else changes the list, which
 * can be read. They must not change the list themselves: that is an {@link IllegalStateException}.
 *
 * <p><b>Views.</b> Iterators, spliterators and arrays show the items as they were when they were asked for, all
 * fetched at once. An iterator that changes the list ({@code remove}, {@code set}, {@code add}) does so at the
 * index where it stands, and throws a {@link ConcurrentModificationException} if others have changed the list so
 * that another item is there; {@code add} only if there is no such index any more. {@link #subList} is a view that
 * writes through; it is for the time in which nobody else inserts or removes items, for its bounds do not follow.
 *
 * <p><b>Interrupts and death.</b> As {@link SharedMap}: {@link CancellationException}, {@link
 * ConnectionClosedException}.
 *
 * <p><b>Follows:</b> {@link List}, and Python's {@code multiprocessing.Manager().list}.
 *
 * @param <T> the type of the items
 */
public final class SharedList<T> extends AbstractList<T> implements RandomAccess, Serializable {
    private static final long serialVersionUID = 1L;

    /** A string shows so many items at most. */
    private static final int SHOWN = 100;

    /** The list itself, which both faces show. */
    private final org.freethreading.SharedList<T> core;

    /** Makes an empty list for the workers of {@link Backend#current()}, which this process keeps. */
    public SharedList() {
        this(Backend.current());
    }

    /**
     * Makes an empty list for the workers of {@code backend}, which this process keeps.
     *
     * @param backend whose workers use it
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
     */
    public SharedList(Backend backend) {
        this(new org.freethreading.SharedList<>(backend));
    }

    private SharedList(org.freethreading.SharedList<T> core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same list, with the same items.
     *
     * @param core a list of Kotlin's
     * @param <T> the type of the items
     * @return its Java face
     */
    public static <T> SharedList<T> of(org.freethreading.SharedList<T> core) {
        return new SharedList<>(core);
    }

    /**
     * Returns the Kotlin face: the same list, with the same items.
     *
     * @return the list for Kotlin, on which coroutines suspend
     */
    public org.freethreading.SharedList<T> asKotlin() {
        return core;
    }

    @Override
    public T get(int index) {
        return Waits.get(() -> core.getBlocking(index));
    }

    @Override
    public int size() {
        return Waits.get(core::sizeBlocking);
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public int indexOf(Object item) {
        return Waits.get(() -> core.indexOfBlocking((T) item));
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public int lastIndexOf(Object item) {
        return Waits.get(() -> core.lastIndexOfBlocking((T) item));
    }

    @Override
    public boolean contains(Object item) {
        return indexOf(item) >= 0;
    }

    @Override
    public T set(int index, T item) {
        return Waits.get(() -> core.replaceBlocking(index, item));
    }

    @Override
    public boolean add(T item) {
        Waits.run(() -> core.addBlocking(item));
        return true;
    }

    @Override
    public void add(int index, T item) {
        Waits.run(() -> core.addBlocking(index, item));
    }

    /** Puts all of {@code items} at the end, side by side. */
    @Override
    public boolean addAll(Collection<? extends T> items) {
        List<T> copy = copyOf(items);
        return Waits.get(() -> core.addAllBlocking(copy));
    }

    /** Puts all of {@code items} before the one at {@code index}, side by side. */
    @Override
    public boolean addAll(int index, Collection<? extends T> items) {
        List<T> copy = copyOf(items);
        return Waits.get(() -> core.addAllBlocking(index, copy));
    }

    @Override
    public T remove(int index) {
        return Waits.get(() -> core.removeAtBlocking(index));
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public boolean remove(Object item) {
        return Waits.get(() -> core.removeBlocking((T) item));
    }

    /** Removes all that equal one of {@code items}, at once. */
    @Override
    @SuppressWarnings("unchecked") // they are only compared
    public boolean removeAll(Collection<?> items) {
        List<T> copy = copyOf((Collection<T>) items);
        return Waits.get(() -> core.removeAllBlocking(copy));
    }

    /** Removes all that equal none of {@code items}, at once. */
    @Override
    @SuppressWarnings("unchecked") // they are only compared
    public boolean retainAll(Collection<?> items) {
        List<T> copy = copyOf((Collection<T>) items);
        return Waits.get(() -> core.retainAllBlocking(copy));
    }

    @Override
    protected void removeRange(int from, int to) {
        Waits.run(() -> core.removeRangeBlocking(from, to));
    }

    @Override
    public void clear() {
        Waits.run(core::clearBlocking);
    }

    /**
     * Makes the item at {@code index} what {@code change} makes of it, while nobody else changes the list.
     *
     * @param index which one
     * @param change is given the item, and returns what it is to be
     * @return what it is then
     * @throws IndexOutOfBoundsException if there is no such item
     */
    public T update(int index, UnaryOperator<T> change) {
        Objects.requireNonNull(change);
        return Waits.get(() -> core.updateBlocking(index, change::apply));
    }

    /** Makes each item what {@code change} makes of it, all at once. */
    @Override
    public void replaceAll(UnaryOperator<T> change) {
        Objects.requireNonNull(change);
        Waits.run(() -> core.replaceAllBlocking(change::apply));
    }

    /** Removes the items that {@code unwanted} is true for, all at once. */
    @Override
    public boolean removeIf(Predicate<? super T> unwanted) {
        Objects.requireNonNull(unwanted);
        return Waits.get(() -> core.removeIfBlocking(unwanted::test));
    }

    @Override
    @SuppressWarnings("unchecked") // the items' own order, as List has it
    public void sort(Comparator<? super T> comparator) {
        Comparator<? super T> order =
                comparator == null ? (Comparator<? super T>) (Comparator<?>) Comparator.naturalOrder() : comparator;
        Waits.run(() -> core.sortWithBlocking(order));
    }

    @Override
    public Iterator<T> iterator() {
        return listIterator();
    }

    @Override
    public ListIterator<T> listIterator() {
        return new Snapshot(0);
    }

    @Override
    public ListIterator<T> listIterator(int index) {
        return new Snapshot(index);
    }

    @Override
    public Spliterator<T> spliterator() {
        return snapshot().spliterator();
    }

    @Override
    public Object[] toArray() {
        return snapshot().toArray();
    }

    @Override
    public <A> A[] toArray(A[] array) {
        return snapshot().toArray(array);
    }

    /** Compares the items, as they are at the moment of the call; all are fetched for it. */
    @Override
    public boolean equals(Object other) {
        if (this == other) return true;
        if (other instanceof SharedList<?> shared) {
            return core.equals(shared.core) || snapshot().equals(shared.snapshot());
        }
        return other instanceof List<?> && snapshot().equals(other);
    }

    @Override
    public int hashCode() {
        return snapshot().hashCode();
    }

    /** The items, a hundred at most; or who keeps the list, if these cannot be had. */
    @Override
    public String toString() {
        List<T> some;
        try {
            some = Waits.get(() -> core.toListBlocking(SHOWN + 1));
        } catch (ConnectionClosedException | CancellationException unable) {
            return core.toString();
        }
        StringBuilder text = new StringBuilder("[");
        int shown = 0;
        for (T item : some) {
            if (shown > 0) text.append(", ");
            if (shown++ == SHOWN) return text.append("...]").toString();
            boolean isThis = item == this || item instanceof SharedList<?> shared && core.equals(shared.core);
            text.append(isThis ? "(this Collection)" : item);
        }
        return text.append(']').toString();
    }

    private List<T> snapshot() {
        return Waits.get(core::toListBlocking);
    }

    private static <T> List<T> copyOf(Collection<? extends T> items) {
        return new ArrayList<>(items);
    }

    /** Loops over the items of a moment, with the changes that are made by it. */
    private final class Snapshot implements ListIterator<T> {
        private final List<T> items = copyOf(snapshot());
        private int next;
        private int last = -1;

        Snapshot(int index) {
            next = Objects.checkIndex(index, items.size() + 1);
        }

        @Override
        public boolean hasNext() {
            return next < items.size();
        }

        @Override
        public T next() {
            if (!hasNext()) throw new NoSuchElementException("no more than " + items.size() + " items");
            last = next++;
            return items.get(last);
        }

        @Override
        public boolean hasPrevious() {
            return next > 0;
        }

        @Override
        public T previous() {
            if (!hasPrevious()) throw new NoSuchElementException("there is nothing before the first item");
            last = --next;
            return items.get(last);
        }

        @Override
        public int nextIndex() {
            return next;
        }

        @Override
        public int previousIndex() {
            return next - 1;
        }

        @Override
        public void remove() {
            int at = requireLast("remove");
            requireSame(Waits.get(() -> core.removeAtBlocking(at, items.get(at))));
            items.remove(at);
            if (at < next) next--;
            last = -1;
        }

        @Override
        public void set(T item) {
            int at = requireLast("set");
            requireSame(Waits.get(() -> core.replaceBlocking(at, items.get(at), item)));
            items.set(at, item);
        }

        @Override
        public void add(T item) {
            try {
                SharedList.this.add(next, item);
            } catch (IndexOutOfBoundsException shorter) {
                throw new ConcurrentModificationException(shorter);
            }
            items.add(next++, item);
            last = -1;
        }

        private int requireLast(String what) {
            if (last < 0) throw new IllegalStateException(what + "() needs a next() or previous() before it");
            return last;
        }

        private void requireSame(boolean same) {
            if (!same) throw new ConcurrentModificationException("another item is at index " + last + " by now");
        }
    }
}
