package org.freethreading.samples.redis

/**
 * The requests that came with one read, in order, to be answered together: however many a client has sent ahead, they
 * go to the store and back in one hop.
 */
class Burst {
    /** A [Reply], or what the store is to be asked. */
    private val answers = ArrayList<Any>()

    /** The connection is to be closed after this. */
    var isLast = false
        internal set

    /** Somebody who has the store must [complete] it. */
    var needsStore = false
        private set

    internal fun add(reply: Reply) {
        answers += reply
    }

    internal fun add(action: Action.OfStore, words: List<ByteArray>) {
        answers += Question(action, words)
        needsStore = true
    }

    /** Asks the [store] what it is to be asked. */
    fun complete(store: Store) {
        for (i in answers.indices) (answers[i] as? Question)?.let { answers[i] = it.action.answer(store, it.words) }
    }

    /** Hands over the replies, in the order of the requests. */
    fun moveTo(encoder: ReplyEncoder) {
        for (answer in answers) encoder.add(answer as Reply)
        answers.clear()
    }

    private class Question(val action: Action.OfStore, val words: List<ByteArray>)
}
