package org.freethreading.java;

import java.io.Serializable;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.freethreading.Backend;
import org.freethreading.ConnectionClosedException;

/**
 * A map that workers share. The process that makes it keeps it, and all can use it; each operation is atomic. Safe
 * for concurrent use. It takes no null.
 *
 * <p><b>Between processes</b> an operation is a message to the keeper and its answer, and needs neither in the
 * keeper's own process. What is put in is copied there and then, and what is taken out is a copy, in the keeper's
 * process too: to change a value, put it again. Keys are compared by the keeper, by their {@code equals} and {@code
 * hashCode}; values by {@code equals}, or if they encode to the same bytes. Among threads the objects themselves
 * are in the map.
 *
 * <p><b>Functions</b> ({@link #compute}, {@link #merge} and their kin) run at the caller, who takes his turn: so
 * they need not be serialisable, and run once. Meanwhile nobody else changes that entry (it can be read), and no
 * other function changes the map; among threads, only such functions wait as are for an entry in the same one of 16
 * parts. A function that hangs holds up no more than that. If {@link #clear} comes between, the function is asked
 * again. It must not change the map itself: that is an {@link IllegalStateException}.
 *
 * <p><b>Views.</b> {@link #keySet}, {@link #values} and {@link #entrySet} write through, and so does an entry's
 * {@code setValue}. Iterators, spliterators and arrays show the entries as they were when they were asked for, all
 * fetched at once, and never fail because others change the map; an iterator's {@code remove} removes the key,
 * whatever its value is by then. {@link #putAll} and {@link #replaceAll} treat each entry by itself.
 *
 * <p><b>Interrupts.</b> A thread that is interrupted while it waits for another process or for its turn gets a
 * {@link CancellationException} and stays interrupted; an operation that the keeper was asked for may still be done,
 * whole. One that has been interrupted before does its operation, and stays interrupted, too; but it does not wait for
 * its turn, and for the keeper's answer a second at most.
 *
 * <p><b>Death.</b> What is in the map ends with the keeper's process: all that wait then or call later get a {@link
 * ConnectionClosedException}. A caller that dies has done its operation, or not.
 *
 * <p><b>Follows:</b> {@link ConcurrentMap}, and Python's {@code multiprocessing.Manager().dict}.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class SharedMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V>, Serializable {
    private static final long serialVersionUID = 1L;

    /** A string shows so many entries at most. */
    private static final int SHOWN = 100;

    /** The map itself, which both faces show. */
    private final org.freethreading.SharedMap<K, V> core;

    /** Makes an empty map for the workers of {@link Backend#current()}, which this process keeps. */
    public SharedMap() {
        this(Backend.current());
    }

    /**
     * Makes an empty map for the workers of {@code backend}, which this process keeps.
     *
     * @param backend whose workers use it
     * @throws java.io.UncheckedIOException if the workers are processes, and there is no room for what they share
     */
    public SharedMap(Backend backend) {
        this(new org.freethreading.SharedMap<>(backend));
    }

    private SharedMap(org.freethreading.SharedMap<K, V> core) {
        this.core = Objects.requireNonNull(core);
    }

    /**
     * Returns the Java face of {@code core}: the same map, with the same entries.
     *
     * @param core a map of Kotlin's
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @return its Java face
     */
    public static <K, V> SharedMap<K, V> of(org.freethreading.SharedMap<K, V> core) {
        return new SharedMap<>(core);
    }

    /**
     * Returns the Kotlin face: the same map, with the same entries.
     *
     * @return the map for Kotlin, on which coroutines suspend
     */
    public org.freethreading.SharedMap<K, V> asKotlin() {
        return core;
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public V get(Object key) {
        Objects.requireNonNull(key);
        return Waits.get(() -> core.getBlocking((K) key));
    }

    @Override
    public V getOrDefault(Object key, V defaultValue) {
        V value = get(key);
        return value == null ? defaultValue : value;
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public boolean containsKey(Object key) {
        Objects.requireNonNull(key);
        return Waits.get(() -> core.containsKeyBlocking((K) key));
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public boolean containsValue(Object value) {
        Objects.requireNonNull(value);
        return Waits.get(() -> core.containsValueBlocking((V) value));
    }

    @Override
    public int size() {
        return Waits.get(core::sizeBlocking);
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public V put(K key, V value) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(value);
        return Waits.get(() -> core.putBlocking(key, value));
    }

    @Override
    public void putAll(Map<? extends K, ? extends V> entries) {
        entries.forEach((key, value) -> {
            Objects.requireNonNull(key);
            Objects.requireNonNull(value);
        });
        Waits.run(() -> core.putAllBlocking(entries));
    }

    @Override
    public V putIfAbsent(K key, V value) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(value);
        return Waits.get(() -> core.putIfAbsentBlocking(key, value));
    }

    @Override
    @SuppressWarnings("unchecked") // it is only compared
    public V remove(Object key) {
        Objects.requireNonNull(key);
        return Waits.get(() -> core.removeBlocking((K) key));
    }

    @Override
    @SuppressWarnings("unchecked") // they are only compared
    public boolean remove(Object key, Object value) {
        Objects.requireNonNull(key);
        return value != null && Waits.get(() -> core.removeBlocking((K) key, (V) value));
    }

    @Override
    public V replace(K key, V value) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(value);
        return Waits.get(() -> core.replaceBlocking(key, value));
    }

    @Override
    public boolean replace(K key, V oldValue, V newValue) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(oldValue);
        Objects.requireNonNull(newValue);
        return Waits.get(() -> core.replaceBlocking(key, oldValue, newValue));
    }

    /** Removes all entries, at once. */
    @Override
    public void clear() {
        Waits.run(core::clearBlocking);
    }

    @Override
    public V compute(K key, BiFunction<? super K, ? super V, ? extends V> remapping) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(remapping);
        return Waits.get(() -> core.computeBlocking(key, remapping::apply));
    }

    @Override
    public V computeIfAbsent(K key, Function<? super K, ? extends V> make) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(make);
        return Waits.get(() -> core.computeIfAbsentBlocking(key, make::apply));
    }

    @Override
    public V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends V> remapping) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(remapping);
        return Waits.get(() -> core.computeIfPresentBlocking(key, remapping::apply));
    }

    @Override
    public V merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> remapping) {
        Objects.requireNonNull(key);
        Objects.requireNonNull(value);
        Objects.requireNonNull(remapping);
        return Waits.get(() -> core.mergeBlocking(key, value, remapping::apply));
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function);
        Waits.run(() -> core.replaceAllBlocking((key, value) -> Objects.requireNonNull(function.apply(key, value))));
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        snapshot().forEach(action);
    }

    @Override
    public Set<K> keySet() {
        return new Keys();
    }

    @Override
    public Collection<V> values() {
        return new Values();
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new Entries();
    }

    /** Compares the entries, as they are at the moment of the call; all are fetched for it. */
    @Override
    public boolean equals(Object other) {
        if (this == other) return true;
        if (other instanceof SharedMap<?, ?> shared) {
            return core.equals(shared.core) || snapshot().equals(shared.snapshot());
        }
        return other instanceof Map<?, ?> && snapshot().equals(other);
    }

    @Override
    public int hashCode() {
        return snapshot().hashCode();
    }

    /** The entries, a hundred at most; or who keeps the map, if these cannot be had. */
    @Override
    public String toString() {
        Map<K, V> some;
        try {
            some = Waits.get(() -> core.toMapBlocking(SHOWN + 1));
        } catch (ConnectionClosedException | CancellationException unable) {
            return core.toString();
        }
        StringBuilder text = new StringBuilder("{");
        int shown = 0;
        for (Map.Entry<K, V> entry : some.entrySet()) {
            if (shown > 0) text.append(", ");
            if (shown++ == SHOWN) return text.append("...}").toString();
            text.append(shown(entry.getKey())).append('=').append(shown(entry.getValue()));
        }
        return text.append('}').toString();
    }

    private Object shown(Object part) {
        boolean isThis = part == this || part instanceof SharedMap<?, ?> shared && core.equals(shared.core);
        return isThis ? "(this Map)" : part;
    }

    private Map<K, V> snapshot() {
        return Waits.get(core::toMapBlocking);
    }

    /** Loops over the entries of a moment. */
    private abstract class Snapshot<T> implements Iterator<T> {
        private final Iterator<Map.Entry<K, V>> entries = snapshot().entrySet().iterator();
        private K last;

        abstract T view(Map.Entry<K, V> entry);

        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public T next() {
            Map.Entry<K, V> entry = entries.next();
            last = entry.getKey();
            return view(entry);
        }

        @Override
        public void remove() {
            if (last == null) throw new IllegalStateException("remove() needs a next() before it");
            SharedMap.this.remove(last);
            last = null;
        }
    }

    /** Removes the entries that {@code unwanted} is true for, if they are still what it was asked about. */
    private boolean removeEntries(Predicate<Map.Entry<K, V>> unwanted) {
        boolean removed = false;
        for (Map.Entry<K, V> entry : snapshot().entrySet()) {
            if (unwanted.test(entry)) removed |= remove(entry.getKey(), entry.getValue());
        }
        return removed;
    }

    private final class Keys extends AbstractSet<K> {
        @Override
        public Iterator<K> iterator() {
            return new Snapshot<>() {
                @Override
                K view(Map.Entry<K, V> entry) {
                    return entry.getKey();
                }
            };
        }

        @Override
        public int size() {
            return SharedMap.this.size();
        }

        @Override
        public boolean contains(Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return SharedMap.this.remove(key) != null;
        }

        @Override
        public boolean removeIf(Predicate<? super K> unwanted) {
            Objects.requireNonNull(unwanted);
            return removeEntries(entry -> unwanted.test(entry.getKey()));
        }

        @Override
        public void clear() {
            SharedMap.this.clear();
        }
    }

    private final class Values extends AbstractCollection<V> {
        @Override
        public Iterator<V> iterator() {
            return new Snapshot<>() {
                @Override
                V view(Map.Entry<K, V> entry) {
                    return entry.getValue();
                }
            };
        }

        @Override
        public int size() {
            return SharedMap.this.size();
        }

        @Override
        public boolean contains(Object value) {
            return containsValue(value);
        }

        @Override
        public boolean remove(Object value) {
            if (value == null) return false;
            for (Map.Entry<K, V> entry : snapshot().entrySet()) {
                if (value.equals(entry.getValue()) && SharedMap.this.remove(entry.getKey(), value)) return true;
            }
            return false;
        }

        @Override
        public boolean removeIf(Predicate<? super V> unwanted) {
            Objects.requireNonNull(unwanted);
            return removeEntries(entry -> unwanted.test(entry.getValue()));
        }

        @Override
        public void clear() {
            SharedMap.this.clear();
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<K, V>> {
        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return new Snapshot<>() {
                @Override
                Map.Entry<K, V> view(Map.Entry<K, V> entry) {
                    return new Written(entry);
                }
            };
        }

        @Override
        public int size() {
            return SharedMap.this.size();
        }

        @Override
        public boolean contains(Object object) {
            if (!(object instanceof Map.Entry<?, ?> entry) || entry.getKey() == null) return false;
            return entry.getValue() != null && entry.getValue().equals(get(entry.getKey()));
        }

        @Override
        public boolean remove(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && entry.getKey() != null
                    && SharedMap.this.remove(entry.getKey(), entry.getValue());
        }

        @Override
        public boolean removeIf(Predicate<? super Map.Entry<K, V>> unwanted) {
            Objects.requireNonNull(unwanted);
            return removeEntries(unwanted::test);
        }

        @Override
        public void clear() {
            SharedMap.this.clear();
        }
    }

    /** An entry whose new value goes into the map. */
    private final class Written extends SimpleEntry<K, V> {
        private static final long serialVersionUID = 1L;

        Written(Map.Entry<K, V> entry) {
            super(entry);
        }

        @Override
        public V setValue(V value) {
            put(getKey(), value);
            return super.setValue(value);
        }
    }
}
