package dev.stillgate.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines appended to a log file, over rotation and bursts. */
class LogTailTest {
    @TempDir
    Path directory;

    private Path log() {
        return directory.resolve("access.log");
    }

    private void append(String text) throws IOException {
        Files.writeString(log(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void onlyCompleteNewLinesAreRead() throws IOException {
        append("old\n");
        LogTail tail = new LogTail(log());
        assertThat(tail.read()).isEmpty();
        append("a\nb\nhal");
        assertThat(tail.read()).containsExactly("a", "b");
        assertThat(tail.read()).isEmpty();
        append("f\n");
        assertThat(tail.read()).containsExactly("half");
    }

    @Test
    void aNewFileIsReadFromItsStart() throws IOException {
        append("old\n");
        LogTail tail = new LogTail(log());
        Files.move(log(), directory.resolve("access.log.1"));
        assertThat(tail.read()).isEmpty();
        append("first\n");
        assertThat(tail.read()).containsExactly("first");
    }

    @Test
    void aTruncatedFileIsReadFromItsStart() throws IOException {
        append("a long old line\n");
        LogTail tail = new LogTail(log());
        Files.writeString(log(), "new\n");
        assertThat(tail.read()).containsExactly("new");
    }

    @Test
    void ofABurstTheLastLinesAreRead() throws IOException {
        append("");
        LogTail tail = new LogTail(log());
        String line = "x".repeat(99) + "\n";
        append(line.repeat(10 * LogTail.MOST / line.length()) + "last\n");
        assertThat(tail.read()).hasSizeBetween(2000, 3000).endsWith("last").allMatch(each -> each.length() <= 99);
        assertThat(tail.read()).isEmpty();
    }
}
