package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class FileWatchTest {
    private static final Duration INTERVAL = Duration.ofMillis(50);

    @TempDir
    private Path directory;

    private final FileContents contents = new FileContents(Ticker.system());
    private final BlockingQueue<Map<Path, String>> changes = new LinkedBlockingQueue<>();
    private volatile Map<Path, String> known = Map.of();
    private volatile boolean fails;

    private final FileWatch.Subject subject = new FileWatch.Subject() {
        @Override
        public Map<Path, String> known() {
            return known;
        }

        @Override
        public void changed() {
            known = contents.look(known.keySet());
            changes.add(known);
            if (fails) {
                throw new IllegalStateException("as meant");
            }
        }
    };

    private Path file(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), text);
        known = contents.look(java.util.List.of(file));
        return file;
    }

    private Map<Path, String> next() throws InterruptedException {
        Map<Path, String> change = changes.poll(30, TimeUnit.SECONDS);
        assertThat(change).as("a change").isNotNull();
        return change;
    }

    @Test
    void changeIsFoundByLooking() throws Exception {
        Path file = file("one");
        try (FileWatch watch = new FileWatch(subject, contents, INTERVAL)) {
            assertThat(watch).isNotNull();
            Files.writeString(file, "two");
            assertThat(next()).containsExactly(Map.entry(file, contents.look(file)));
        }
        assertThat(changes).isEmpty();
    }

    @Test
    void aSubjectThatFailsIsAskedAgain() throws Exception {
        Path file = file("one");
        fails = true;
        try (FileWatch watch = new FileWatch(subject, contents, INTERVAL)) {
            assertThat(watch).isNotNull();
            Files.writeString(file, "two");
            next();
            Files.writeString(file, "three");
            next();
        }
    }

    @Test
    void aDirectoryThatIsReplacedIsWatchedAgain() throws Exception {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        Path file = Files.writeString(inner.resolve("file"), "one");
        known = contents.look(java.util.List.of(file));
        try (FileWatch watch = new FileWatch(subject, contents, INTERVAL)) {
            assertThat(watch).isNotNull();
            Files.move(inner, directory.resolve("old"));
            assertThat(next()).containsExactly(Map.entry(file, "missing"));
            Files.createDirectory(inner);
            Files.writeString(file, "two");
            next();
            Files.writeString(file, "three");
            assertThat(next()).containsExactly(Map.entry(file, contents.look(file)));
        }
    }

    @Test
    void changeThatGoesOnIsActedOn() throws Exception {
        FileWatch.Subject restless = new FileWatch.Subject() {
            private int looks;

            @Override
            public Map<Path, String> known() {
                Path file = directory.resolve("restless");
                try {
                    Files.writeString(file, "text " + looks++);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                return Map.of(file, "another");
            }

            @Override
            public void changed() {
                changes.add(Map.of());
            }
        };
        try (FileWatch watch = new FileWatch(restless, contents, INTERVAL)) {
            assertThat(watch).isNotNull();
            assertThat(next()).isEmpty();
        }
    }
}
