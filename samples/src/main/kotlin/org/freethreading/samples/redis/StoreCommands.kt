package org.freethreading.samples.redis

/** The commands that read and write the store. */
internal val storeCommands = listOf(
    stored("get", 2, Keys.ONE, "Returns the string value of a key.") { store, words ->
        store[Bytes(words[1])]?.let(Reply::bulk) ?: Reply.NULL
    },
    stored("set", -3, Keys.ONE, "Sets the string value of a key.") { store, words ->
        if (words.size > 3) {
            Reply.error("ERR syntax error")
        } else {
            store[Bytes(words[1])] = words[2]
            Reply.OK
        }
    },
    stored("incr", 2, Keys.ONE, "Increments the integer value of a key by one.") { store, words ->
        try {
            Reply.integer(store.increment(Bytes(words[1])))
        } catch (_: NumberFormatException) {
            Reply.error(NOT_AN_INTEGER)
        } catch (_: ArithmeticException) {
            Reply.error("ERR increment or decrement would overflow")
        }
    },
    stored("del", -2, Keys.ALL, "Deletes one or more keys.") { store, words ->
        Reply.integer((1 until words.size).count { store.delete(Bytes(words[it])) }.toLong())
    },
)

private fun stored(name: String, arity: Int, keys: Keys, summary: String, action: Action.OfStore) =
    Command(name, arity, keys, summary, action)
