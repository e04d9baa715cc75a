package org.freethreading.samples.redis

/**
 * What clients may ask for: its [name], how many words a request has ([arity]; -n stands for n or more), which of them
 * are [keys], and what is done.
 */
internal class Command(
    val name: String,
    val arity: Int,
    val keys: Keys,
    val summary: String,
    val action: Action,
) {
    private val letters = name.substringAfter('|').toBytes()

    /** Names are the same in capitals. */
    fun isNamed(word: ByteArray): Boolean {
        if (word.size != letters.size) return false
        for (i in letters.indices) if (letters[i] != lowerCase(word[i])) return false
        return true
    }

    fun takes(words: List<ByteArray>): Boolean = if (arity >= 0) words.size == arity else words.size >= -arity

    private fun lowerCase(byte: Byte): Byte = if (byte in 'A'.code..'Z'.code) (byte + 32).toByte() else byte
}

/** Which words of a request are keys: from [first] to [last], which is counted from the end if it is negative. */
internal enum class Keys(val first: Int, val last: Int) {
    NONE(0, 0),
    ONE(1, 1),
    ALL(1, -1),
}

internal sealed interface Action {
    /** Needs nothing but what is known of the client. */
    fun interface OfSession : Action {
        fun answer(session: Session, words: List<ByteArray>): Reply
    }

    /** Is for the worker that has the store. */
    fun interface OfStore : Action {
        fun answer(store: Store, words: List<ByteArray>): Reply
    }
}

/** The second word says what is to be done. */
internal class Subcommands(name: String, private val commands: List<Command>) : Action.OfSession {
    private val title = name.uppercase()

    override fun answer(session: Session, words: List<ByteArray>): Reply {
        val command = commands.firstOrNull { it.isNamed(words[1]) }
        return when {
            command != null && command.takes(words) -> (command.action as Action.OfSession).answer(session, words)
            command != null -> wrongNumber(command)
            words[1].toText().equals("help", ignoreCase = true) -> help()
            else -> Reply.error("ERR unknown subcommand '${words[1].toText().take(LONGEST)}'. Try $title HELP.")
        }
    }

    private fun help(): Reply {
        val lines = commands.flatMap { listOf(it.name.substringAfter('|').uppercase(), "    ${it.summary}") }
        return Reply.array((listOf("$title <subcommand> [<arg> ...]. Subcommands are:") + lines).map(Reply::simple))
    }
}

internal fun wrongNumber(command: Command): Reply =
    Reply.error("ERR wrong number of arguments for '${command.name}' command")

internal fun unknown(words: List<ByteArray>): Reply {
    val arguments = StringBuilder()
    for (word in words.drop(1)) {
        val room = LONGEST - arguments.length
        if (room <= 0) break
        arguments.append("'${word.toText().take(room)}' ")
    }
    val name = words[0].toText().take(LONGEST)
    return Reply.error("ERR unknown command '$name', with args beginning with: $arguments")
}

internal const val NOT_AN_INTEGER = "ERR value is not an integer or out of range"

/** How much of what a client has sent comes back to it in an error. */
private const val LONGEST = 128
