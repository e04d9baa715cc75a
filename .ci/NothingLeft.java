import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Fails the build if the tests of a module have left anything behind: a process, a directory of a program with its
 * sockets and mapped files, or a temporary file.
 *
 * <p>Arguments: the mark that the tests' processes carry in their environment, the tests' own temporary directory, and
 * when the build began.
 */
public final class NothingLeft {
    /** What the parent's death takes at most to reach its descendants. */
    private static final long PATIENCE_MILLIS = 1000;

    public static void main(String[] arguments) throws Exception {
        String mark = "FREETHREADING_TESTS=" + arguments[0];
        Path temporary = Path.of(arguments[1]);
        Instant begun = Instant.parse(arguments[2]);
        long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
        List<String> left = left(mark, temporary, begun);
        while (!left.isEmpty() && System.currentTimeMillis() < deadline) {
            Thread.sleep(50);
            left = left(mark, temporary, begun);
        }
        if (left.isEmpty()) return;
        System.err.println("The tests have left behind:");
        left.forEach(each -> System.err.println("  " + each));
        System.exit(1);
    }

    private static List<String> left(String mark, Path temporary, Instant begun) throws IOException {
        List<String> left = new ArrayList<>();
        for (Path process : list(Path.of("/proc"), "[0-9]*")) {
            if (text(process.resolve("environ")).contains("\0" + mark + "\0")) {
                left.add("process " + process.getFileName() + ": " + text(process.resolve("cmdline")).replace('\0', ' '));
            }
        }
        for (Path place : List.of(Path.of("/dev/shm"), Path.of("/tmp"))) {
            for (Path directory : list(place, "freethreading-*")) {
                if (isSince(begun, directory) && !isAlive(directory)) left.add("directory " + directory);
            }
        }
        for (Path file : list(temporary, "*")) {
            boolean isLinchecks = file.getFileName().toString().startsWith("lincheck-bootstrap"); // not ours to remove
            if (!isLinchecks) left.add("temporary file " + file);
        }
        return left;
    }

    private static List<Path> list(Path directory, String pattern) throws IOException {
        List<Path> files = new ArrayList<>();
        if (!Files.isDirectory(directory)) return files;
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
            found.forEach(files::add);
        }
        return files;
    }

    /** The content of a file of a process; nothing if that has ended, or is somebody else's. A mark may stand first. */
    private static String text(Path file) {
        try {
            return "\0" + Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static boolean isSince(Instant begun, Path directory) {
        try {
            return !Files.readAttributes(directory, BasicFileAttributes.class).creationTime().toInstant().isBefore(begun);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Whether the program whose directory it is holds its lock. */
    private static boolean isAlive(Path directory) throws IOException {
        try (FileChannel alive = FileChannel.open(directory.resolve("alive"), StandardOpenOption.WRITE)) {
            return alive.tryLock() == null;
        } catch (NoSuchFileException none) {
            return false;
        }
    }
}
