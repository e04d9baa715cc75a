package org.freethreading

import java.util.concurrent.ConcurrentLinkedDeque
import java.util.concurrent.atomic.AtomicInteger

/** The mailboxes of this process, in which answers arrive: each for one who waits, and then for the next. */
internal object Mailboxes {
    private val free = ConcurrentLinkedDeque<Post>()
    private val count = AtomicInteger()

    fun take(): Post = free.pollFirst()?.also { count.decrementAndGet() } ?: Post.make()

    /** Nothing is on its way to [mailbox] any more. */
    fun giveBack(mailbox: Post) {
        if (count.incrementAndGet() <= MOST) free.addFirst(mailbox) else count.decrementAndGet()
    }

    /** More are left to the garbage collector. */
    private const val MOST = 64
}
