package org.freethreading

import java.lang.System.Logger.Level.WARNING

/**
 * Where the library says what nobody can be thrown. Not there before something is said: a child that has nothing to say
 * starts faster without the classes that it takes.
 */
private val LOG: System.Logger by lazy { System.getLogger("org.freethreading") }

/**
 * Says [message], with [details] in the places {0}, {1}, ... Never throws: who has something to say mostly has something
 * to see to as well, for which others wait.
 */
internal fun warn(message: String, vararg details: Any?) {
    try {
        LOG.log(WARNING, message, *details)
    } catch (_: Throwable) {
        // The user's logger has failed, or there is no memory: nobody is left to tell.
    }
}
