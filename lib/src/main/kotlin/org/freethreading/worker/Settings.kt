package org.freethreading.worker

/**
 * The settings that say how a program is watched. A child is told them when it is given its work: a spare one may have
 * been started before they were made.
 */
internal object Settings {
    private val names = listOf("freethreading.deadlocks", SlowLoops.SETTING)

    /** What [texts] are when nothing is set. */
    val NONE: List<String> = names.map { "" }

    /** In the order of [names]; empty if there is none. What [own] says for a child by itself counts more. */
    fun texts(own: Map<String, String>): List<String> = names.map { own[it] ?: System.getProperty(it).orEmpty() }

    /** Makes them those of this process. */
    fun take(texts: List<String>) = names.zip(texts).forEach { (name, text) ->
        if (text == "") System.clearProperty(name) else System.setProperty(name, text)
    }
}
