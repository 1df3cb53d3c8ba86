package dev.stillgate.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.backtest.LogReaderFuzz;
import dev.stillgate.proxy.config.PolicyFuzz;
import dev.stillgate.proxy.dialect.RequestViewFuzz;
import dev.stillgate.proxy.dialect.ResponseEditorFuzz;
import dev.stillgate.proxy.dialect.UsageReaderFuzz;
import dev.stillgate.proxy.dialect.coding.ContentCodingsFuzz;
import dev.stillgate.proxy.dialect.coding.MultipartFuzz;
import dev.stillgate.proxy.dialect.frames.FrameReaderFuzz;
import dev.stillgate.proxy.exchange.ForwardedHeadFuzz;
import dev.stillgate.proxy.http.ChunkedBodyFuzz;
import dev.stillgate.proxy.http.RequestHeadFuzz;
import dev.stillgate.proxy.http.ResponseHeadFuzz;
import dev.stillgate.proxy.http2.Http2ResponseHeadFuzz;
import dev.stillgate.proxy.json.JsonReaderFuzz;
import dev.stillgate.proxy.listen.ClientHelloFuzz;
import dev.stillgate.proxy.listen.ProxyHeaderFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Replays the corpora of the fuzz targets, each input with some damaged copies. {@code load-tests/run fuzz TARGET
 * MINUTES} searches for new failures, whose inputs are added to the corpus.
 */
class FuzzReplayTest {
    private static final long SEED = 20261127;
    private static final int COPIES = 100;

    private static Map<String, Consumer<byte[]>> targets() {
        Map<String, Consumer<byte[]>> targets = new TreeMap<>();
        targets.put("RequestHead", RequestHeadFuzz::fuzzerTestOneInput);
        targets.put("ForwardedHead", ForwardedHeadFuzz::fuzzerTestOneInput);
        targets.put("ChunkedBody", ChunkedBodyFuzz::fuzzerTestOneInput);
        targets.put("ResponseHead", ResponseHeadFuzz::fuzzerTestOneInput);
        targets.put("Http2ResponseHead", Http2ResponseHeadFuzz::fuzzerTestOneInput);
        targets.put("RequestView", RequestViewFuzz::fuzzerTestOneInput);
        targets.put("Multipart", MultipartFuzz::fuzzerTestOneInput);
        targets.put("ResponseEditor", ResponseEditorFuzz::fuzzerTestOneInput);
        targets.put("FrameReader", FrameReaderFuzz::fuzzerTestOneInput);
        targets.put("JsonReader", JsonReaderFuzz::fuzzerTestOneInput);
        targets.put("UsageReader", UsageReaderFuzz::fuzzerTestOneInput);
        targets.put("ContentCodings", ContentCodingsFuzz::fuzzerTestOneInput);
        targets.put("ClientHello", ClientHelloFuzz::fuzzerTestOneInput);
        targets.put("ProxyHeader", ProxyHeaderFuzz::fuzzerTestOneInput);
        targets.put("Policy", PolicyFuzz::fuzzerTestOneInput);
        targets.put("LogReader", LogReaderFuzz::fuzzerTestOneInput);
        return targets;
    }

    @TestFactory
    List<DynamicTest> everyInputOfEveryTarget() {
        return targets().entrySet().stream()
                .map(target ->
                        DynamicTest.dynamicTest(target.getKey(), () -> replay(target.getKey(), target.getValue())))
                .toList();
    }

    private static void replay(String name, Consumer<byte[]> target) throws IOException, URISyntaxException {
        Random random = new Random(SEED);
        List<Path> inputs = inputs(name);
        assertThat(inputs).isNotEmpty();
        for (Path input : inputs) {
            byte[] bytes = Files.readAllBytes(input);
            target.accept(bytes);
            for (int i = 0; i < COPIES; i++) {
                byte[] copy = damaged(bytes, random);
                try {
                    target.accept(copy);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            input.getFileName() + ", seed " + SEED + ", copy " + i + ": "
                                    + Base64.getEncoder().encodeToString(copy),
                            e);
                }
            }
        }
    }

    private static List<Path> inputs(String name) throws IOException, URISyntaxException {
        URL directory = FuzzReplayTest.class.getResource("/fuzz/" + name);
        assertThat(directory).as(name).isNotNull();
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            return files.sorted().toList();
        }
    }

    /** Returns a copy with one to three bytes changed, doubled or removed; rarely the first byte. */
    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] copy = bytes;
        for (int n = random.nextInt(3); n >= 0 && copy.length > 1; n--) {
            int at = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(copy.length - 1);
            int rest = copy.length - at - 1;
            byte[] next = Arrays.copyOf(copy, copy.length + random.nextInt(3) - 1);
            if (next.length == copy.length) {
                next[at] = (byte) (random.nextBoolean() ? copy[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
            } else {
                int to = at + 1 + next.length - copy.length;
                System.arraycopy(copy, at + 1, next, to, Math.min(rest, next.length - to));
            }
            copy = next;
        }
        return copy;
    }
}
