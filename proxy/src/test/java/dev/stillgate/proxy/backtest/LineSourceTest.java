package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineSourceTest {
    @TempDir
    private Path directory;

    private static List<String> lines(LineSource source) throws IOException, BrokenLine {
        List<String> lines = new ArrayList<>();
        while (source.next()) {
            lines.add(new String(source.bytes(), source.start(), source.length(), StandardCharsets.UTF_8));
        }
        return lines;
    }

    private LineSource source(String text) throws IOException {
        return new LineSource(Files.writeString(directory.resolve("log"), text));
    }

    @Test
    void lastLineNeedsNoLineFeed() throws Exception {
        try (LineSource source = source("one\n\r\n\ntwo\r\nthree")) {
            assertThat(lines(source)).containsExactly("one", "two", "three");
            assertThat(source.next()).isFalse();
            assertThat(source.bytesRead()).isEqualTo(17);
        }
        try (LineSource empty = source("")) {
            assertThat(empty.next()).isFalse();
        }
    }

    @Test
    void emptyLinesCountInLineNumbers() throws Exception {
        try (LineSource source = source("\n\nx\n")) {
            assertThat(source.next()).isTrue();
            assertThat(source.place()).isEqualTo(directory.resolve("log") + ":3");
        }
    }

    @Test
    void linesMayCrossTheBufferEnd() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            lines.add(i + "x".repeat(i * 37 % 9_001));
        }
        lines.add(120, "y".repeat(700_000));
        lines.add(121, "z".repeat(262_143));
        lines.add(122, "z".repeat(262_144));
        String text = String.join("\n", lines);
        try (LineSource source = source(text)) {
            assertThat(lines(source)).isEqualTo(lines);
        }
    }

    @Test
    void concatenatedGzipMembersAreOneFile() throws Exception {
        Path file = directory.resolve("log");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (String part : List.of("one\ntw", "o\nthree\n")) {
                GZIPOutputStream packed = new GZIPOutputStream(out);
                packed.write(part.getBytes(StandardCharsets.UTF_8));
                packed.finish();
            }
        }
        try (LineSource source = new LineSource(file)) {
            assertThat(lines(source)).containsExactly("one", "two", "three");
            assertThat(source.bytesRead()).isEqualTo(Files.size(file));
        }
    }

    @Test
    void oversizedLineIsSkippedWithoutBuffering() throws Exception {
        Path file = directory.resolve("log");
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) 'x');
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("one\n".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 80; i++) {
                out.write(block);
            }
            out.write("\ntwo\n".getBytes(StandardCharsets.UTF_8));
        }
        try (LineSource source = new LineSource(file)) {
            assertThat(source.next()).isTrue();
            assertThatThrownBy(source::next)
                    .isInstanceOf(BrokenLine.class)
                    .hasMessage("a line longer than " + LineSource.LONGEST + " bytes");
            assertThat(source.place()).endsWith(":2");
            assertThat(source.bytes().length).isLessThanOrEqualTo(2 * LineSource.LONGEST + (1 << 20));
            assertThat(lines(source)).containsExactly("two");
            assertThat(source.place()).endsWith(":4");
        }
    }
}
