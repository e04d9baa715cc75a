/**
 * One API for parallel workers, on threads, virtual threads or child JVMs: the face for Java.
 *
 * <p>Every type here has a twin of the same name in {@code org.freethreading}, for Kotlin. {@code of} makes one of its
 * twin, and {@code asKotlin()} returns the twin; both share one state and one queue of waiters, so that a Java thread
 * blocks where a Kotlin coroutine suspends, and {@code equals} sees through. The types without waiting exist once, in
 * {@code org.freethreading}: {@link org.freethreading.Backend}, the functional interfaces, the exceptions.
 *
 * <h2>Backends</h2>
 *
 * A primitive belongs to the backend it was made for, the last argument of its constructor; without that argument, to
 * {@link org.freethreading.Backend#current()}. All primitives are serialisable, so a lambda that captures them can
 * travel to any worker of their backend.
 *
 * <h2>Waiting</h2>
 *
 * <ul>
 *   <li>A wait that is given a negative or zero time does not wait; beyond the range of nanoseconds it waits for ever.
 *   <li>A method that waits throws {@link InterruptedException} if the thread is interrupted, before or while it waits,
 *       and holds nothing then. {@code lock()} and {@code awaitUninterruptibly()} go on waiting, as the JDK's do.
 *   <li>What a method says of the state ({@code isLocked}, {@code size}, {@code availablePermits}) was so at the moment
 *       of the call.
 *   <li>Arguments must not be null unless their description says what null means:
 *       {@link NullPointerException}.
 * </ul>
 */
package org.freethreading.java;
