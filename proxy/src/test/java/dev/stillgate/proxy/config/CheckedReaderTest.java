package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stillgate.proxy.config.CheckedReader.BadTextException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedReaderTest {
    private static final Path FILE = Path.of("accounts.yaml");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 4096, 1 << 20})
    void textIsIndependentOfPieceSizes(int piece) throws IOException {
        String text = "é€😀\r\n".repeat(20_000);
        StringWriter read = new StringWriter();
        try (CheckedReader reader =
                new CheckedReader(FILE, pieces(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8), piece))) {
            reader.transferTo(read);
        }
        assertThat(read.toString().equals(text)).isTrue();
    }

    @Test
    void readingSingleCharactersGivesTheSameText() throws IOException {
        StringBuilder read = new StringBuilder();
        try (CheckedReader reader = new CheckedReader(FILE, pieces("a😀b".getBytes(StandardCharsets.UTF_8), 1))) {
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                read.append((char) c);
            }
        }
        assertThat(read).hasToString("a😀b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void badCharacterHasItsPositionInALongStream(String lineEnd) {
        byte[] bytes = ("é€😀 x" + lineEnd).repeat(30_000).concat("é\0").getBytes(StandardCharsets.UTF_8);
        assertThat(failure(bytes)).hasMessage("accounts.yaml:30001:2: a NUL byte is not allowed");
        bytes[bytes.length - 1] = (byte) 0xC3;
        assertThat(failure(bytes)).hasMessage("accounts.yaml:30001:2: is not valid UTF-8 from here on");
        bytes[bytes.length - 1] = (byte) 0xFF;
        assertThat(failure(bytes)).hasMessage("accounts.yaml:30001:2: is not valid UTF-8 from here on");
    }

    private static BadTextException failure(byte[] bytes) {
        return catchThrowableOfType(
                BadTextException.class,
                () -> new CheckedReader(FILE, pieces(bytes, 4096)).transferTo(new StringWriter()));
    }

    private static InputStream pieces(byte[] bytes, int piece) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, piece));
            }
        };
    }
}
