package org.freethreading.java;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.ListTestSuiteBuilder;
import com.google.common.collect.testing.TestStringListGenerator;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.ListFeature;
import com.google.common.collect.testing.features.MapFeature;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import junit.framework.TestSuite;
import org.freethreading.Backend;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Guava's tests for what {@link java.util.concurrent.ConcurrentMap} and {@link List} promise. */
@Timeout(120)
class SharedCollectionsConformanceTest {
    @TestFactory
    Stream<DynamicNode> aSharedMapIsAConcurrentMapToTheLetter() {
        return TestBackends.all().map(backend -> GuavaSuites.node(mapSuite(backend)));
    }

    @TestFactory
    Stream<DynamicNode> aSharedListIsAListToTheLetter() {
        return TestBackends.all().map(backend -> GuavaSuites.node(listSuite(backend)));
    }

    private static TestSuite mapSuite(Backend backend) {
        return ConcurrentMapTestSuiteBuilder.using(new TestStringMapGenerator() {
                    @Override
                    protected Map<String, String> create(Map.Entry<String, String>[] entries) {
                        SharedMap<String, String> map = new SharedMap<>(backend);
                        for (Map.Entry<String, String> entry : entries) map.put(entry.getKey(), entry.getValue());
                        return map;
                    }
                })
                .named("SharedMap on " + backend.name())
                // Left out: null is refused, iterators do not fail fast, and the bytes of a heap's map are not for
                // reading.
                .withFeatures(
                        CollectionSize.ANY, MapFeature.GENERAL_PURPOSE, CollectionFeature.SUPPORTS_ITERATOR_REMOVE)
                .createTestSuite();
    }

    private static TestSuite listSuite(Backend backend) {
        return ListTestSuiteBuilder.using(new TestStringListGenerator() {
                    @Override
                    protected List<String> create(String[] elements) {
                        SharedList<String> list = new SharedList<>(backend);
                        list.addAll(Arrays.asList(elements));
                        return list;
                    }
                })
                .named("SharedList on " + backend.name())
                // Left out: iterators do not fail fast, and the bytes of a heap's list are not for reading.
                .withFeatures(CollectionSize.ANY, ListFeature.GENERAL_PURPOSE, CollectionFeature.ALLOWS_NULL_VALUES)
                .createTestSuite();
    }
}
