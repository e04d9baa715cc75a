package org.freethreading.process

import org.freethreading.peers.AtExit

/** Where children come from: one that is there already, or a new one; and so that the next one is there sooner. */
internal object Children {
    private const val SETTING = "freethreading.spares"

    private val spares: Spares<Recipe, Child> by lazy {
        Spares(limit(), { Launcher.start(it) }, { it.isAlive }, Child::discard)
    }

    /**
     * A child by [recipe], ready for work; blocks until there is one.
     *
     * @throws org.freethreading.WorkerStartException if it does not start
     */
    fun start(recipe: Recipe): Child {
        ClassServer.register(Thread.currentThread().contextClassLoader)
        return spares.take(recipe).also { StartCache.own.prepare(LaunchSite.of(recipe.options)) }
    }

    /** Whether the program is ending, and its children with it. */
    val areEnding: Boolean get() = AtExit.isNow

    private fun limit(): Int {
        val setting = System.getProperty(SETTING).orEmpty().ifEmpty { "1" }
        return requireNotNull(setting.toIntOrNull()?.takeIf { it >= 0 }) {
            "system property $SETTING is '$setting', and must be a number from 0 on"
        }
    }
}
