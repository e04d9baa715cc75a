package org.freethreading.java;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kotlin.collections.CollectionsKt;
import kotlinx.validation.api.KotlinSignaturesLoadingKt;
import org.junit.jupiter.api.Test;

class PublicApiTest {
    @Test
    void thePublicApiIsTheOneInTheApiFile() throws IOException {
        Path expected = Path.of("api/lib-java-interop.api");

        String actual = publicApi(Path.of("target/classes"));
        if (System.getProperty("api.update") != null) Files.writeString(expected, actual);

        assertEquals(
                Files.readString(expected),
                actual,
                "The public API has changed. If that is meant: mvn verify -Dapi.update,"
                        + " and commit lib-java-interop/api/lib-java-interop.api");
    }

    private static String publicApi(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            List<InputStream> streams = files.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .map(PublicApiTest::read)
                    .toList();
            var all = KotlinSignaturesLoadingKt.loadApiFromJvmClasses(
                    CollectionsKt.asSequence(streams), internalName -> true);
            var open = KotlinSignaturesLoadingKt.filterOutNonPublic(all, List.of(), List.of());
            return KotlinSignaturesLoadingKt.dump(open, new StringBuilder()).toString();
        }
    }

    private static InputStream read(Path file) {
        try {
            return new ByteArrayInputStream(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
