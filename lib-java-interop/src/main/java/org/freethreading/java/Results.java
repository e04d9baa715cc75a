package org.freethreading.java;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.freethreading.Outcome;
import org.freethreading.OutcomeIterator;

/** How results and failures reach a Java caller: a failure unchecked as itself, checked as the cause of another. */
final class Results {
    private Results() {}

    /** Waits for {@code future} and returns its result; an interrupted caller cancels it. */
    static <R> R await(CompletableFuture<R> future) throws InterruptedException {
        return get(org.freethreading.WorkerPool.awaitBlocking(future));
    }

    /** The outcomes as a stream that reads no further than it is read; what ends it early stops the work. */
    static <R, T> Stream<T> stream(OutcomeIterator<R> outcomes, boolean ordered, Function<Outcome<R>, T> view) {
        Spliterator<T> source = new Source<>(outcomes, ordered ? Spliterator.ORDERED : 0, view);
        return StreamSupport.stream(source, false).onClose(outcomes::close);
    }

    /** The results one by one. The first failure, of an element or of the waiting, comes from {@code next}. */
    static <R> Iterator<R> iterator(OutcomeIterator<R> outcomes) {
        return new ResultIterator<>(outcomes);
    }

    static <R> R get(Outcome<R> outcome) {
        if (outcome.isSuccess()) return outcome.get();
        throw unchecked(outcome.failure().orElseThrow());
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) throw error;
        return failure instanceof RuntimeException exception ? exception : new CompletionException(failure);
    }

    /** Never splits: the batches of a parallel stream would read far ahead. */
    private record Source<R, T>(OutcomeIterator<R> outcomes, int characteristics, Function<Outcome<R>, T> view)
            implements Spliterator<T> {
        @Override
        public boolean tryAdvance(Consumer<? super T> action) {
            try {
                if (!outcomes.hasNext()) return false;
                action.accept(view.apply(outcomes.next()));
                return true;
            } catch (Throwable failure) { // of an element or of the consumer: nobody will read on
                outcomes.close();
                throw failure;
            }
        }

        @Override
        public Spliterator<T> trySplit() {
            return null;
        }

        @Override
        public long estimateSize() {
            return Long.MAX_VALUE;
        }
    }

    private static final class ResultIterator<R> implements Iterator<R> {
        private final OutcomeIterator<R> outcomes;
        private boolean ended;
        /** Why there is no next outcome, until {@code next} tells it. */
        private Throwable failure;

        ResultIterator(OutcomeIterator<R> outcomes) {
            this.outcomes = outcomes;
        }

        @Override
        public boolean hasNext() {
            if (ended) return false;
            if (failure != null) return true;
            try {
                return outcomes.hasNext();
            } catch (Throwable thrown) {
                failure = thrown;
                return true;
            }
        }

        @Override
        public R next() {
            if (!hasNext()) throw new NoSuchElementException("there are no more results");
            try {
                if (failure != null) throw unchecked(failure);
                return get(outcomes.next());
            } catch (Throwable thrown) {
                ended = true;
                outcomes.close();
                throw thrown;
            }
        }
    }
}
