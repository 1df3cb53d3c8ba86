package dev.stillgate.proxy.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sorted logs, with a memory that holds all lines, a few, or less than one. */
class LogSortTest {
    @TempDir
    private Path directory;

    private Path into;

    @BeforeEach
    void prepare() throws IOException {
        into = Files.createDirectory(directory.resolve("sorted")).resolve("log.jsonl");
    }

    private Path log(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private void nothingElseIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("sorted"))) {
            assertThat(files).allMatch(into::equals);
        }
    }

    @ParameterizedTest
    @CsvSource({"1000000, 2", "5000, 64", "5000, 2", "300, 3", "1, 2"})
    void linesOfAllLogsAreInOrder(int memory, int openParts) throws IOException {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            int time = 1_000_000 + random.nextInt(1_000);
            lines.add("{\"ts\":" + time + ",\"text\":\"" + "ü".repeat(random.nextInt(90)) + "\"}");
        }
        Path first = log("first", String.join("\n", lines.subList(0, 150)));
        Path second = log("second", String.join("\n", lines.subList(150, 400)) + "\n");

        LogSort.sort(List.of(first, second), into, memory, openParts, () -> true);

        assertThat(Files.readString(into))
                .isEqualTo(String.join("\n", lines.stream().sorted().toList()) + "\n");
        nothingElseIsLeft();
    }

    @Test
    void lineLongerThanABufferIsKept() throws IOException {
        String large = "{\"ts\":2,\"text\":\"" + "x".repeat(300_000) + "\"}\n";
        Path log = log("log", large + "{\"ts\":1}\n");

        LogSort.sort(List.of(log), into, () -> true);

        assertThat(Files.readString(into)).isEqualTo("{\"ts\":1}\n" + large);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n{\"ts\":3}\n"})
    void lineLongerThanABacktestReadsIsLeftOut(String after) throws IOException {
        Path log = log("log", "{\"ts\":2}\n" + "x".repeat(33 << 20) + after);

        LogSort.sort(List.of(log), into, () -> true);

        assertThat(Files.readString(into)).isEqualTo("{\"ts\":2}\n" + after.stripLeading());
    }

    @Test
    void emptyLogsGiveAnEmptyFile() throws IOException {
        LogSort.sort(List.of(log("first", ""), log("second", "")), into, () -> true);

        assertThat(into).isEmptyFile();
    }

    @Test
    void absentLogIsAFailure() throws IOException {
        Path log = log("log", "{\"ts\":1}\n".repeat(100));

        List<Path> logs = List.of(log, directory.resolve("absent"));

        assertThatThrownBy(() -> LogSort.sort(logs, into, 100, 2, () -> true)).isInstanceOf(NoSuchFileException.class);
        nothingElseIsLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 150})
    void cancelledSortStops(int lines) throws IOException {
        Path log = log("log", "{\"ts\":1}\n".repeat(100));
        AtomicInteger asked = new AtomicInteger();

        assertThatThrownBy(() -> LogSort.sort(List.of(log), into, 100, 2, () -> asked.incrementAndGet() <= lines))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(asked).hasValue(lines + 1);
        nothingElseIsLeft();
    }
}
