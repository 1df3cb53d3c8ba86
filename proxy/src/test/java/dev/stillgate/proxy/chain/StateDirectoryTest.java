package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
    @TempDir
    private Path temp;

    @Test
    void filterDirectoryIsPrivateToItsOwner() throws IOException {
        Path wanted = temp.resolve("a/b/state");
        try (StateDirectory state = StateDirectory.take(wanted)) {
            assertThat(wanted.resolve("limits")).doesNotExist();
            Path own = state.of("limits");
            assertThat(own).isEqualTo(wanted.toRealPath().resolve("limits")).isDirectory();
            assertThat(state.of("limits")).isEqualTo(own);
            assertThat(permissions(wanted)).isEqualTo("rwx------");
            assertThat(permissions(own)).isEqualTo("rwx------");
            assertThat(permissions(wanted.resolve(".lock"))).isEqualTo("rw-------");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void directoryIsLockedWithinAProcess() throws IOException {
        Path wanted = temp.resolve("state");
        Path link = Files.createSymbolicLink(temp.resolve("link"), wanted);
        StateDirectory first = StateDirectory.take(wanted);
        for (Path name : new Path[] {wanted, link, temp.resolve("x/../state")}) {
            Files.createDirectories(temp.resolve("x"));
            assertThatThrownBy(() -> StateDirectory.take(name))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by another gateway");
        }
        first.close();
        first.close();
        StateDirectory.take(link).close();
    }

    @Test
    void directoryIsLockedAgainstOtherProcesses() throws IOException, InterruptedException {
        Path wanted = Files.createDirectory(temp.resolve("state"));
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        wanted.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('+');
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> StateDirectory.take(wanted)).hasMessageContaining("is in use by another");
            }
        } finally {
            other.getOutputStream().close();
            other.waitFor();
        }
        StateDirectory.take(wanted).close();
    }

    /** A process that locks a directory until its standard input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (StateDirectory held = StateDirectory.take(Path.of(args[0]))) {
                System.out.print("+");
                System.out.flush();
                if (System.in.read() >= 0) {
                    throw new IOException("unexpected input for " + held);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", ".lock", "../x", "a/b", "a\0", "-", "ä"})
    void nameWithAPathIsRejected(String name) throws IOException {
        try (StateDirectory state = StateDirectory.take(temp.resolve("state"))) {
            assertThatThrownBy(() -> state.of(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void backtestsOfAKilledProcessAreDeleted() throws IOException {
        Path sorted;
        try (StateDirectory state = StateDirectory.take(temp.resolve("state"))) {
            sorted = Files.writeString(state.backtests().resolve("1-log.jsonl"), "{}");
            assertThat(permissions(state.backtests())).isEqualTo("rwx------");
            assertThat(sorted).exists();
        }
        StateDirectory.take(temp.resolve("state")).close();
        assertThat(sorted).doesNotExist();
    }

    @Test
    void fileInPlaceOfADirectoryIsReported() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "x");
        assertThatThrownBy(() -> StateDirectory.take(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(file.toString(), "a file of that name exists");
        assertThatThrownBy(() -> StateDirectory.take(file.resolve("below"))).isInstanceOf(IOException.class);
        try (StateDirectory state = StateDirectory.take(temp.resolve("state"))) {
            Files.writeString(temp.resolve("state/limits"), "x");
            assertThatThrownBy(() -> state.of("limits")).hasMessageContaining("a file of that name exists");
        }
    }

    @Test
    void unwritableDirectoryIsReported() {
        assertThatThrownBy(() -> StateDirectory.take(Path.of("/proc/stillgate-state")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("/proc/stillgate-state cannot be written: ");
        assertThatThrownBy(() -> StateDirectory.take(Path.of("/proc/self")))
                .hasMessageStartingWith("/proc/self cannot be written: ");
    }
}
