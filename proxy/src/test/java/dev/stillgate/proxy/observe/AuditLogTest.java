package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AuditLogTest {
    @TempDir
    Path directory;

    private static void awaitWritten(AuditLog log, long lines) {
        while (log.written() < lines) {
            Thread.onSpinWait();
        }
    }

    @Test
    void lineHasTimeAndFactsWithoutControlCharacters() throws IOException {
        Path path = directory.resolve("audit.log");
        try (AuditLog log = new AuditLog(path, () -> 1_770_000_000_123L)) {
            Map<String, Object> facts = new HashMap<>();
            facts.put("nothing", null);
            facts.put("text", "a\n\"b\u001b[2J");
            facts.put("status", 422);
            log.note("admin.request", facts);
        }
        List<String> lines = Files.readAllLines(path);
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst().chars()).noneMatch(c -> c < ' ' || c > '~');
        JsonNode line = new ObjectMapper().readTree(lines.getFirst());
        assertThat(line.get("time").asText()).isEqualTo("2026-02-02T02:40:00.123Z");
        assertThat(line.get("type").asText()).isEqualTo("admin.request");
        assertThat(line.get("text").asText()).isEqualTo("a\n\"b\u001b[2J");
        assertThat(line.get("status").isInt()).isTrue();
        assertThat(line.has("nothing")).isFalse();
    }

    @Test
    void longTextIsCut() throws IOException {
        Path path = directory.resolve("audit.log");
        try (AuditLog log = new AuditLog(path, () -> 0)) {
            log.note("x", Map.of("path", "/".repeat(100_000), "arguments", "a".repeat(60_000)));
        }
        JsonNode line = new ObjectMapper().readTree(Files.readString(path));
        assertThat(line.get("path").asText()).hasSize(AuditLog.LONGEST + 1).endsWith("/…");
        assertThat(line.get("arguments").asText()).as("what an operator did").hasSize(60_000);
    }

    @Test
    void rotationClosesTheOldFileAndLosesNoLine() throws IOException {
        Path path = directory.resolve("audit.log");
        Path rotated = directory.resolve("audit.log.1");
        AuditLog log = new AuditLog(path, () -> 0);
        log.note("before", Map.of());
        awaitWritten(log, 1);
        Files.move(path, rotated);
        log.reopen();
        log.note("after", Map.of());
        log.close();
        assertThat(Files.readString(rotated)).contains("before").doesNotContain("after");
        assertThat(Files.readString(path)).contains("after").doesNotContain("before");
        assertThat(log.dropped()).isZero();
    }

    @Test
    @DisplayName("plugins 10: a single event is in the file when note returns")
    void noteIsWrittenWhenItReturns() throws IOException {
        Path path = directory.resolve("audit.log");
        try (AuditLog log = new AuditLog(path, () -> 0)) {
            for (int i = 1; i <= 500; i++) {
                log.note("admin.request", Map.of("number", i));
                assertThat(Files.readAllLines(path)).hasSize(i);
            }
        }
    }

    @Test
    @DisplayName("plugins 10: a burst of standings is written completely, and so is the event after it")
    void burstIsWrittenCompletely() throws IOException {
        int accounts = 100_000;
        Path path = directory.resolve("audit.log");
        try (AuditLog log = new AuditLog(path, () -> 0)) {
            log.noteAll(
                    "account.standing",
                    IntStream.range(0, accounts).mapToObj(i -> Map.of("account", "a-" + i, "standing", "blocked")));
            log.note("policy.applied", Map.of());
            assertThat(log.dropped()).isZero();
        }
        List<String> lines = Files.readAllLines(path);
        assertThat(lines).hasSize(accounts + 1);
        assertThat(lines.getLast()).contains("policy.applied");
        assertThat(lines.get(accounts - 1)).contains("\"account\":\"a-99999\"");
    }

    @Test
    @DisplayName("plugins 10: lines dropped because the queue is full are counted")
    void droppedLinesAreCounted() throws IOException, InterruptedException {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        try (RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw")) { // never reads
            int lines = 1_000_000;
            AuditLog log = new AuditLog(pipe, () -> 0);
            log.noteAll("x", IntStream.range(0, lines).mapToObj(i -> Map.of("text", "y".repeat(64))));
            assertThat(log.dropped()).isGreaterThan(100_000).isLessThan(lines);
            reader.getChannel().close();
        }
    }

    @Test
    void fullDiskIsCountedAndBlocksNothing() {
        int notes = 20_000;
        AuditLog log = new AuditLog(Path.of("/dev/full"), () -> 0);
        for (int i = 0; i < notes; i++) {
            log.note("x", Map.of());
        }
        log.close();
        assertThat(log.written()).isZero();
        assertThat(log.dropped()).isEqualTo(notes);
    }

    /** A program that succeeds if an event cannot be written to its standard output. */
    static final class ToStandardOutput {
        private ToStandardOutput() {}

        public static void main(String[] args) {
            boolean isWritten;
            try (AuditLog log = new AuditLog(null, () -> 0)) {
                isWritten = log.note("a", Map.of());
            }
            System.exit(isWritten ? 1 : 0);
        }
    }

    @Test
    void failureOfStandardOutputIsNoticed() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ToStandardOutput.class.getName())
                .redirectOutput(Path.of("/dev/full").toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
