package org.freethreading.samples.redis

/** The commands that programs ask about the server before they begin, redis-cli and redis-benchmark among them. */
internal val serverCommands = listOf(
    ofSession(
        "config",
        -2,
        "Tells of the server's configuration.",
        Subcommands("config", listOf(ofSession("config|get", -3, "Returns parameters.", ::configuration))),
    ),
    ofSession("command", -1, "Tells of the commands.") { session, words ->
        if (words.size == 1) Reply.array(allCommands.map(::info)) else aboutCommands.answer(session, words)
    },
)

internal val allCommands: List<Command> = storeCommands + sessionCommands + serverCommands

private val aboutCommands = Subcommands(
    "command",
    listOf(
        ofSession("command|count", 2, "Returns how many there are.") { _, _ ->
            Reply.integer(allCommands.size.toLong())
        },
        ofSession("command|info", -2, "Tells of the given commands, or all.") { _, words ->
            if (words.size == 2) Reply.array(allCommands.map(::info))
            else Reply.array(words.drop(2).map { name -> commandNamed(name)?.let(::info) ?: Reply.NULL })
        },
        ofSession("command|docs", -2, "Returns what people are told of the given commands, or of all.") { _, words ->
            val commands = if (words.size == 2) allCommands else words.drop(2).mapNotNull(::commandNamed)
            Reply.array(commands.flatMap { listOf(Reply.bulk(it.name), docs(it)) })
        },
    ),
)

internal fun commandNamed(name: ByteArray): Command? = allCommands.firstOrNull { it.isNamed(name) }

private val parameters = mapOf("save" to "", "appendonly" to "no", "databases" to "1")

private fun configuration(session: Session, words: List<ByteArray>): Reply {
    val names = words.drop(2).map { it.toText().lowercase() }
    val asked = parameters.filterKeys { it in names || "*" in names }
    return Reply.array(asked.flatMap { (name, value) -> listOf(Reply.bulk(name), Reply.bulk(value)) })
}

private fun info(command: Command): Reply = Reply.array(
    Reply.bulk(command.name),
    Reply.integer(command.arity.toLong()),
    Reply.array(),
    Reply.integer(command.keys.first.toLong()),
    Reply.integer(command.keys.last.toLong()),
    Reply.integer(if (command.keys == Keys.NONE) 0 else 1),
)

private fun docs(command: Command): Reply = Reply.array(
    Reply.bulk("summary"), Reply.bulk(command.summary),
    Reply.bulk("since"), Reply.bulk("1.0.0"),
    Reply.bulk("group"), Reply.bulk(if (command.keys == Keys.NONE) "connection" else "string"),
)
