package org.freethreading.samples.redis

import kotlinx.coroutines.runBlocking
import org.freethreading.Backend
import org.freethreading.Confined
import org.freethreading.Worker

/** The one worker that has the store. Others hand it what is to be done. Safe for concurrent use. */
internal class StoreKeeper(backend: Backend) : AutoCloseable {
    private val worker = Worker.eventLoop("store", backend)
    private val store = runBlocking { worker.async { Confined(Store()) }.await() }

    /** Suspends until the store has answered all that [burst] asks. */
    suspend fun complete(burst: Burst) {
        worker.async { burst.complete(store.get()) }.await()
    }

    override fun close() {
        worker.close()
    }
}
