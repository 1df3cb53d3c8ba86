package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.json.TextHash;
import dev.stillgate.proxy.recording.RecordedExchange;
import dev.stillgate.proxy.recording.Recorder;
import dev.stillgate.spi.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that a recorded stream is read as the gateway read it. */
class LoggedResponseTest {
    private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final KeyedHashes HASHES = new KeyedHashes(KEY);

    @TempDir
    private Path directory;

    static Stream<Fixtures.Response> streams() {
        return Fixtures.own().stream()
                .filter(Fixtures.Response::sse)
                .filter(response ->
                        response.operation().readsBody() && response.usage().source() == Usage.Source.EXACT)
                .filter(response -> response.terminal() && !response.name().startsWith("hostile"));
    }

    private LogLine recorded(Fixtures.Response stream, @Nullable TextHash hash) throws IOException, BrokenLine {
        Path log = directory.resolve("log");
        try (Recorder recorder = new Recorder(log, 1 << 24, 1, hash, System::nanoTime)) {
            recorder.offer(new RecordedExchange(
                    5,
                    9,
                    "a",
                    4,
                    "9f86",
                    "c-1",
                    "1.1",
                    "192.0.2.1",
                    null,
                    List.of(),
                    "POST",
                    "/",
                    null,
                    200,
                    stream.body(),
                    true));
        }
        byte[] text = Files.readAllBytes(log);
        LogLine line = new LogLine();
        line.read(text, 0, text.length);
        return line;
    }

    private static UsageReader read(Fixtures.Response stream) {
        UsageReader reader = new UsageReader().reset(stream.operation(), true, HASHES);
        reader.feed(stream.body(), 0, stream.body().length);
        return reader;
    }

    @ParameterizedTest
    @MethodSource("streams")
    void recordedStreamIsReadLikeTheStream(Fixtures.Response stream) throws Exception {
        LoggedResponse response = new LoggedResponse(HASHES, true);
        response.readDelivered(stream.operation(), ForwardedTap.NONE, recorded(stream, null));
        UsageReader expected = read(stream);
        assertThat(response.usage()).isEqualTo(expected.usage());
        assertThat(response.id()).isEqualTo(expected.id());
        assertThat(response.verdict()).isEqualTo(expected.verdict());
        assertThat(response.facts().proseChars()).isEqualTo(expected.facts().proseChars());
        assertThat(response.facts().codeChars()).isEqualTo(expected.facts().codeChars());
        assertThat(response.facts().toolChars()).isEqualTo(expected.facts().toolChars());
        assertThat(response.facts().hashCount()).isEqualTo(expected.facts().hashCount());
        for (int i = 0; i < expected.facts().hashCount(); i++) {
            assertThat(response.facts().hash(i)).isEqualTo(expected.facts().hash(i));
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void usageAndIdAreKeptWithHash(Fixtures.Response stream) throws Exception {
        LoggedResponse response = new LoggedResponse(HASHES, true);
        response.readDelivered(stream.operation(), ForwardedTap.NONE, recorded(stream, new TextHash(KEY)));
        UsageReader expected = read(stream);
        assertThat(response.usage()).isEqualTo(expected.usage());
        assertThat(response.id()).isEqualTo(expected.id());
        assertThat(response.facts().hashCount()).isEqualTo(expected.facts().hashCount());
    }
}
