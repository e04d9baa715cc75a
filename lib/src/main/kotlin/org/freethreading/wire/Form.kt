package org.freethreading.wire

/**
 * The first byte of what travels. It tells the form of the rest.
 *
 *     CODED   the bytes of the codec
 *     JSON    class name (modified UTF-8), then JSON in UTF-8
 *     GRAPH   a Java serialisation stream, in which JsonBox stands for what is only `@Serializable`
 *     LAMBDA  what Lambdas writes, of a lambda
 *     raw     what RawWriter writes: NULL TRUE FALSE UNIT     nothing more
 *                                    INT LONG                 varint, zigzag
 *                                    BYTE SHORT CHAR FLOAT DOUBLE
 *                                    TEXT                     varint bytes, UTF-8
 *                                    WIDE_TEXT                varint chars, chars (half a surrogate pair has no UTF-8)
 *                                    BYTES ... DOUBLES        varint count, elements
 *                                    LIST ... SINGLE          varint count, elements, each with its own form
 *
 * All numbers are little-endian. A function is a lambda or a graph.
 */
internal object Form {
    const val CODED = 1
    const val JSON = 2
    const val GRAPH = 3

    const val NULL = 4
    const val TRUE = 5
    const val FALSE = 6
    const val UNIT = 7
    const val INT = 8
    const val LONG = 9
    const val BYTE = 10
    const val SHORT = 11
    const val CHAR = 12
    const val FLOAT = 13
    const val DOUBLE = 14
    const val TEXT = 15
    const val WIDE_TEXT = 16

    const val BYTES = 17
    const val BOOLEANS = 18
    const val SHORTS = 19
    const val CHARS = 20
    const val INTS = 21
    const val LONGS = 22
    const val FLOATS = 23
    const val DOUBLES = 24

    /** `java.util.ArrayList`: grows. */
    const val LIST = 25

    /** `Arrays.asList`, which `listOf(a, b)` is: elements may be set, not added. */
    const val FIXED = 26

    /** `List.of` or `Stream.toList`: does not change. */
    const val FINAL = 27

    /** `Collections.singletonList`, which `listOf(a)` is. */
    const val SINGLE = 28

    /** Kotlin's empty list. */
    const val EMPTY = 29

    const val LAMBDA = 30
}
