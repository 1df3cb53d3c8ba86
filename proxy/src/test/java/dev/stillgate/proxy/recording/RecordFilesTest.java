package dev.stillgate.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {
    @TempDir
    private Path directory;

    private static ByteArrayOutputStream line(String text) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes((text + "\n").getBytes(StandardCharsets.UTF_8));
        return line;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void fullFileIsRotatedAndOldestDeleted() throws IOException {
        Path path = directory.resolve("log.jsonl");
        Files.writeString(directory.resolve("log.jsonl.old"), "somebody's");
        try (RecordFiles files = new RecordFiles(path, 10, 2)) {
            for (String text : List.of("1234", "5678", "abcd", "a line longer than a file", "e", "f", "ghijklm")) {
                files.write(line(text));
            }
        }
        assertThat(names()).containsExactly("log.jsonl", "log.jsonl.000003", "log.jsonl.000004", "log.jsonl.old");
        assertThat(path).hasContent("ghijklm\n");
        assertThat(directory.resolve("log.jsonl.000003")).hasContent("a line longer than a file\n");
        assertThat(directory.resolve("log.jsonl.000004")).hasContent("e\nf\n");
        try (RecordFiles files = new RecordFiles(path, 10, 2)) {
            files.write(line("more"));
        }
        assertThat(names()).contains("log.jsonl.000004", "log.jsonl.000005").doesNotContain("log.jsonl.000003");
        assertThat(path).hasContent("more\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void movedFileIsReleasedOnReopen() throws IOException {
        Path path = directory.resolve("log.jsonl");
        try (RecordFiles files = new RecordFiles(path, 1_000, 1)) {
            files.write(line("one"));
            Files.move(path, directory.resolve("moved"));
            files.reopen();
            files.write(line("two"));
        }
        assertThat(directory.resolve("moved")).hasContent("one\n");
        assertThat(path).hasContent("two\n");
    }

    @Test
    void removedFileIsMadeAgainAtTheNextRotation() throws IOException {
        Path path = directory.resolve("log.jsonl");
        try (RecordFiles files = new RecordFiles(path, 10, 2)) {
            files.write(line("123456"));
            files.flush();
            Files.delete(path);
            files.write(line("7890"));
            files.write(line("abcd"));
        }
        assertThat(path).hasContent("7890\nabcd\n");
        assertThat(names()).containsExactly("log.jsonl");
    }

    @Test
    void failedRotationLosesItsLineAndTheNextGoesOn() throws IOException {
        Path path = directory.resolve("log.jsonl");
        try (RecordFiles files = new RecordFiles(path, 10, 1)) {
            files.write(line("123456"));
            Files.createDirectories(directory.resolve("log.jsonl.000001/in the way"));
            assertThatThrownBy(() -> files.write(line("7890"))).isInstanceOf(IOException.class);
            files.write(line("abcd"));
            files.flush();
            assertThat(files.written()).isEqualTo(2);
            assertThat(files.lost()).isOne();
        }
        assertThat(path).hasContent("abcd\n");
    }
}
