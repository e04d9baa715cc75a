package org.freethreading.samples.redis;

import java.util.concurrent.CompletableFuture;
import org.freethreading.Backend;
import org.freethreading.Confined;
import org.freethreading.java.Worker;

/** The one worker that has the store. Others hand it what is to be done. Safe for concurrent use. */
final class CallbackStore implements AutoCloseable {
    private final Worker worker;
    private final Confined<Store> store;

    CallbackStore(Backend backend) {
        worker = Worker.eventLoop("store", backend);
        store = worker.submit(() -> new Confined<>(new Store())).join();
    }

    /** Has the store answer all that {@code burst} asks. The future completes on the store's worker. */
    CompletableFuture<Void> complete(Burst burst) {
        return worker.submit(() -> burst.complete(store.get()));
    }

    @Override
    public void close() {
        worker.close();
    }
}
