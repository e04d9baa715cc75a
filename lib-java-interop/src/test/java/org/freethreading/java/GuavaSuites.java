package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collections;
import java.util.stream.Stream;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** Runs suites of Guava's, which are JUnit 3's, as tests of today. */
final class GuavaSuites {
    private GuavaSuites() {}

    static DynamicNode node(TestSuite suite) {
        return DynamicContainer.dynamicContainer(suite.getName(), tests(suite));
    }

    private static Stream<DynamicNode> tests(TestSuite suite) {
        return Collections.list(suite.tests()).stream()
                .map(test -> test instanceof TestSuite inner
                        ? node(inner)
                        : DynamicTest.dynamicTest(test.toString(), () -> run((TestCase) test)));
    }

    private static void run(TestCase test) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), test::runBare);
    }
}
