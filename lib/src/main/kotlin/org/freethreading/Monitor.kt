package org.freethreading

/** What a condition needs of its lock, of either kind. */
internal sealed interface Monitor {
    /** A [Lock] or an [RLock]. */
    val lock: Any

    val isHeld: Boolean

    suspend fun <T> withLock(block: suspend () -> T): T

    fun lockBlocking()

    fun lockUninterruptibly()

    fun tryLock(): Boolean

    fun tryLockBlocking(timeout: java.time.Duration): Boolean

    fun unlock()

    /** Frees the lock wholly; what it returns brings the same state back. */
    fun release(): Any

    suspend fun takeAgain(held: Any)

    fun takeAgainBlocking(held: Any)

    companion object {
        fun of(lock: Any): Monitor = if (lock is RLock) ReentrantMonitor(lock) else PlainMonitor(lock as Lock)
    }
}

internal class PlainMonitor(override val lock: Lock) : Monitor {
    /** A plain lock does not know its holder. */
    override val isHeld get() = lock.isLocked

    override suspend fun <T> withLock(block: suspend () -> T): T = lock.withLock { block() }

    override fun lockBlocking() = lock.lockBlocking()

    override fun lockUninterruptibly() = lock.lockUninterruptibly()

    override fun tryLock() = lock.tryLock()

    override fun tryLockBlocking(timeout: java.time.Duration) = lock.tryLockBlocking(timeout)

    override fun unlock() = lock.unlock()

    override fun release(): Any = lock.unlock()

    override suspend fun takeAgain(held: Any) = lock.lockAgain()

    override fun takeAgainBlocking(held: Any) = lock.lockAgainBlocking()

    override fun toString() = lock.toString()
}

internal class ReentrantMonitor(override val lock: RLock) : Monitor {
    override val isHeld get() = lock.isHeldByCurrentWorker

    override suspend fun <T> withLock(block: suspend () -> T): T = lock.withLock(block)

    override fun lockBlocking() = lock.lockBlocking()

    override fun lockUninterruptibly() = lock.lockUninterruptibly()

    override fun tryLock() = lock.tryLock()

    override fun tryLockBlocking(timeout: java.time.Duration) = lock.tryLockBlocking(timeout)

    override fun unlock() = lock.unlock()

    override fun release(): Any = lock.release()

    override suspend fun takeAgain(held: Any) = lock.takeAgain(held as RLock.Held)

    override fun takeAgainBlocking(held: Any) = lock.takeAgainBlocking(held as RLock.Held)

    override fun toString() = lock.toString()
}
