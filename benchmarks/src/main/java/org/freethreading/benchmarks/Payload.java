package org.freethreading.benchmarks;

/** Many bytes, and a number that shows that they have arrived. */
final class Payload {
    private static final int PAGE = 4096;

    private Payload() {}

    static byte[] of(int size) {
        var payload = new byte[size];
        for (int i = 0; i < size; i++) payload[i] = (byte) (i % 251);
        return payload;
    }

    /** The length, and one byte of each page, so that all of them must have arrived. */
    static long checksum(byte[] payload) {
        long sum = payload.length;
        for (int i = 0; i < payload.length; i += PAGE) sum += payload[i] & 0xff;
        return sum;
    }
}
