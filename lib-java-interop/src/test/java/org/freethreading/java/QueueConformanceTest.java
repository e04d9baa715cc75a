package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.freethreading.Backend;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Guava's tests for what {@link java.util.Queue} and {@link java.util.Collection} promise. */
@Timeout(60)
class QueueConformanceTest {
    @TestFactory
    Stream<DynamicNode> isAQueueToTheLetter() {
        return TestBackends.all()
                .flatMap(backend -> Stream.of(0, 16).map(capacity -> {
                    String name = "Queue of capacity " + capacity + " on " + backend.name();
                    return DynamicContainer.dynamicContainer(name, tests(suite(name, capacity, backend)));
                }));
    }

    private static TestSuite suite(String name, int capacity, Backend backend) {
        return QueueTestSuiteBuilder.using(new TestStringQueueGenerator() {
                    @Override
                    protected java.util.Queue<String> create(String[] elements) {
                        Queue<String> queue = new Queue<>(capacity, backend);
                        queue.addAll(List.of(elements));
                        return queue;
                    }
                })
                .named(name)
                .withFeatures(
                        CollectionSize.ANY,
                        CollectionFeature.GENERAL_PURPOSE,
                        CollectionFeature.KNOWN_ORDER,
                        // The string says how many items there are, not which.
                        CollectionFeature.NON_STANDARD_TOSTRING,
                        // Left out: null is refused, iterators do not fail fast, and the bytes of a heap's queue are
                        // not for reading.
                        CollectionFeature.ALLOWS_NULL_QUERIES)
                .createTestSuite();
    }

    private static Stream<DynamicNode> tests(TestSuite suite) {
        return Collections.list(suite.tests()).stream()
                .map(test -> test instanceof TestSuite inner
                        ? DynamicContainer.dynamicContainer(inner.getName(), tests(inner))
                        : DynamicTest.dynamicTest(test.toString(), () -> run((TestCase) test)));
    }

    private static void run(TestCase test) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), test::runBare);
    }
}
