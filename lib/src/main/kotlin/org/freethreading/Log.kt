package org.freethreading

/**
 * Where the library says what nobody can be thrown. Not there before something is said: a child that has nothing to say
 * starts faster without the classes that it takes.
 */
internal val LOG: System.Logger by lazy { System.getLogger("org.freethreading") }
