package org.freethreading.samples.redis

/** The commands that are about the connection. */
internal val sessionCommands = listOf(
    ofSession("ping", -1, "Returns the server's liveliness response.") { _, words ->
        when (words.size) {
            1 -> Reply.PONG
            2 -> Reply.bulk(words[1])
            else -> Reply.error("ERR wrong number of arguments for 'ping' command")
        }
    },
    ofSession("echo", 2, "Returns the given string.") { _, words -> Reply.bulk(words[1]) },
    ofSession("quit", -1, "Closes the connection.") { session, _ -> Reply.OK.also { session.hasQuit = true } },
    ofSession("select", 2, "Changes the selected database, of which there is one.") { _, words ->
        when (words[1].toLongOrNull()) {
            null -> Reply.error(NOT_AN_INTEGER)
            0L -> Reply.OK
            else -> Reply.error("ERR DB index is out of range")
        }
    },
    ofSession("hello", -1, "Tells who the server is. The protocol is version 2.", ::hello),
    ofSession(
        "client",
        -2,
        "Names connections.",
        Subcommands(
            "client",
            listOf(
                ofSession("client|id", 2, "Returns the id of the connection.") { session, _ ->
                    Reply.integer(session.id)
                },
                ofSession("client|getname", 2, "Returns the name of the connection.") { session, _ ->
                    session.name?.let(Reply::bulk) ?: Reply.NULL
                },
                ofSession("client|setname", 3, "Sets the name of the connection.") { session, words ->
                    rename(session, words[2]) ?: Reply.OK
                },
                ofSession("client|setinfo", 4, "Tells of the client's library.") { _, _ -> Reply.OK },
                ofSession("client|no-evict", 3, "Does nothing: no client is evicted.") { _, _ -> Reply.OK },
            ),
        ),
    ),
)

internal fun ofSession(name: String, arity: Int, summary: String, action: Action.OfSession) =
    Command(name, arity, Keys.NONE, summary, action)

private fun hello(session: Session, words: List<ByteArray>): Reply {
    if (words.size > 1) {
        val version = words[1].toLongOrNull() ?: return Reply.error(
            "ERR Protocol version is not an integer or out of range",
        )
        if (version != 2L) return Reply.error("NOPROTO unsupported protocol version")
    }
    var next = 2
    while (next < words.size) {
        val option = words[next].toText()
        val isName = option.equals("setname", ignoreCase = true) && next + 1 < words.size
        if (!isName) return Reply.error("ERR Syntax error in HELLO option '${option.take(128)}'")
        rename(session, words[next + 1])?.let { return it }
        next += 2
    }
    return Reply.array(
        Reply.bulk("server"), Reply.bulk("freethreading"),
        Reply.bulk("version"), Reply.bulk("7.0.0"), // of Redis, which clients ask for
        Reply.bulk("proto"), Reply.integer(2),
        Reply.bulk("id"), Reply.integer(session.id),
        Reply.bulk("mode"), Reply.bulk("standalone"),
        Reply.bulk("role"), Reply.bulk("master"),
        Reply.bulk("modules"), Reply.array(),
    )
}

/** Returns an error if that is no name. An empty one takes the name away. */
private fun rename(session: Session, name: ByteArray): Reply? {
    if (name.any { it !in '!'.code..'~'.code }) return Reply.error(
        "ERR Client names cannot contain spaces, newlines or special characters.",
    )
    session.name = name.takeIf { it.isNotEmpty() }
    return null
}
