package org.freethreading.benchmarks.rows;

/** Many bytes, and a number that shows that they have arrived. */
public final class Payload {
    private static final int PAGE = 4096;

    private Payload() {}

    /** An array of {@code size} bytes that are not all the same. */
    public static byte[] of(int size) {
        var payload = new byte[size];
        for (int i = 0; i < size; i++) payload[i] = (byte) (i % 251);
        return payload;
    }

    /** The length, and one byte of each page, so that all of them must have arrived. */
    public static long checksum(byte[] payload) {
        long sum = payload.length;
        for (int i = 0; i < payload.length; i += PAGE) sum += payload[i] & 0xff;
        return sum;
    }
}
