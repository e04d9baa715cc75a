package org.freethreading.benchmarks;

import org.openjdk.jmh.annotations.Threads;

/** The same for two threads that want the same lock all the time. The time is that of one thread's operation. */
@Threads(2)
public class ContendedLockBenchmark extends LockBenchmark {}
