package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Differential test against Jackson: a fuzzed request body is rejected, or both parsers read the same document and the
 * same fields. {@code -Djson.fuzz.bodies=N} sets the number of bodies, {@code -Djson.fuzz.seed} the seed. With {@code
 * -Djson.fuzz.sample=FILE}, one in 50 accepted bodies is written to a file for the parsers of other languages in {@code
 * load-tests/run json-fuzz}.
 */
class JsonDifferentialTest {
    private static final int BODIES = Integer.getInteger("json.fuzz.bodies", 20_000);
    private static final long SEED = Long.getLong("json.fuzz.seed", 20261125);
    private static final List<Operation> PATHS =
            List.of(Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES);

    private final RequestReader reader = new RequestReader();
    private final Map<String, Integer> refused = new TreeMap<>();
    private int passed;
    private int onlyOthers;

    @Test
    void acceptedBodiesAgreeWithJackson() throws IOException {
        String sample = System.getProperty("json.fuzz.sample");
        try (Writer out = sample == null ? Writer.nullWriter() : Files.newBufferedWriter(Path.of(sample))) {
            FuzzedRequests bodies = new FuzzedRequests(SEED);
            for (int i = 0; i < BODIES; i++) {
                Operation operation = PATHS.get(i % PATHS.size());
                byte[] body = bodies.next(operation);
                try {
                    if (check(operation, body) && passed % 50 == 0) {
                        write(out, body);
                    }
                } catch (AssertionError e) {
                    throw new AssertionError(
                            "seed " + SEED + ", body " + i + " of " + operation + ": "
                                    + new String(body, StandardCharsets.UTF_8) + "\n" + e.getMessage(),
                            e);
                }
            }
        }
        System.out.println("json differential: " + BODIES + " bodies of seed " + SEED + ", " + passed
                + " passed and read alike, refused " + refused + ", of those another parser takes " + onlyOthers);
        assertThat(passed).isGreaterThan(BODIES / 6);
        assertThat(refused)
                .containsKeys(
                        "json-duplicate-key",
                        "json-syntax",
                        "json-invalid-utf8",
                        "json-trailing-bytes",
                        "json-depth",
                        "json-type");
    }

    /** The limits that Jackson has, and the grammar has not. */
    @ParameterizedTest
    @ValueSource(strings = {"1e91767225600", "-1E91767225600", "1.5e-91767225600", "0e99999999999", "1e2147483648"})
    void numberOfAnyExponentIsReadAlike(String number) {
        String body = "{\"model\":\"m\",\"max_tokens\":9,\"temperature\":" + number + ",\"x\":[" + number
                + "],\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        assertThat(check(Operation.MESSAGES, body.getBytes(StandardCharsets.UTF_8)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 2_000, 200_000})
    void numberOfAnyLengthIsReadAlike(int digits) {
        for (String number : List.of("7".repeat(digits), "7".repeat(digits) + ".5", "0." + "7".repeat(digits))) {
            String body = "{\"model\":\"m\",\"max_tokens\":9,\"x\":" + number
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
            assertThat(check(Operation.MESSAGES, body.getBytes(StandardCharsets.UTF_8)))
                    .isTrue();
        }
    }

    /** Returns whether the body was accepted. */
    private boolean check(Operation operation, byte[] body) {
        JsonNode other = OtherReader.parse(body);
        try {
            Chat chat = (Chat) reader.read(operation, "application/json", body, 0, body.length);
            assertThat(other).as("document parsed by Jackson").isNotNull();
            assertThat(JsonValues.read(body)).isEqualTo(OtherReader.plain(other));
            OtherReader.compare(operation, chat, other);
            passed++;
            return true;
        } catch (MalformedBody e) {
            refused.merge(e.code(), 1, Integer::sum);
            onlyOthers += other == null ? 0 : 1;
            return false;
        }
    }

    private static void write(Writer out, byte[] body) {
        try {
            out.write(Base64.getEncoder().encodeToString(body) + " " + CanonicalJson.of(JsonValues.read(body)) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedBody e) {
            throw new AssertionError(e);
        }
    }
}
