package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.proxy.dialect.Mutations;
import dev.stillgate.spi.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTapeTest {
    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNumberLength(1 << 20).build())
            .build();

    /**
     * The text of a number. Numbers are compared as they are written: the grammar sets no limit to an exponent, and
     * Jackson's values have one.
     */
    private record Number(String text) {}

    /** The literal {@code null}. */
    private static final Object NULL = new Object();

    private final JsonTape tape = new JsonTape();

    private void parse(String json) throws MalformedBody {
        parse(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Parses from the middle of an array whose other bytes would change the result. */
    private void parse(byte[] json) throws MalformedBody {
        byte[] padded = new byte[json.length + 12];
        Arrays.fill(padded, (byte) '"');
        System.arraycopy(json, 0, padded, 3, json.length);
        tape.parse(padded, 3, json.length);
    }

    private void refuses(String code, int offset, byte[] json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOfSatisfying(MalformedBody.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.offset()).isEqualTo(offset);
            assertThat(e.kind()).isEqualTo(Verdict.Kind.MALFORMED);
            assertThat(e.getStackTrace()).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " [ ] ",
                "\t{\r\n}\n",
                "\"\"",
                "0",
                "-0",
                "true",
                "null",
                "1E400",
                "1e91767225600",
                "-1.5E-91767225600",
                "-0.0e-0",
                "123456789012345678901234567890",
                "{\"\":0}",
                "[\"\\ud83d\\ude00\"]",
                "[\"\\u0000\"]",
                "[\"\u007f\"]",
                "[\"\ud83d\ude00\"]",
                "[1,[2,{\"a\":[]}],\"x\"]",
                "{\"a\":1,\"b\":{\"a\":1},\"A\":2}",
                "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
                "[{\"a\":1},{\"a\":1}]"
            })
    void validDocumentIsParsed(String json) throws Exception {
        parse(json);
        assertThat(tree(tape.root())).isEqualTo(jackson(json));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
        json-syntax         | 0  | ``
        json-syntax         | 2  | `  `
        json-syntax         | 0  | NaN
        json-syntax         | 0  | Infinity
        json-syntax         | 0  | +1
        json-syntax         | 0  | 01
        json-syntax         | 0  | -01
        json-syntax         | 0  | -
        json-syntax         | 0  | .5
        json-syntax         | 2  | 1.
        json-syntax         | 2  | 1e
        json-syntax         | 3  | 1e+
        json-syntax         | 0  | tru
        json-syntax         | 0  | True
        json-syntax         | 0  | 'a'
        json-syntax         | 2  | "a
        json-syntax         | 2  | "a\\x"
        json-syntax         | 1  | "\\u12g4"
        json-syntax         | 1  | "\\u12
        json-syntax         | 1  | "\\
        json-syntax         | 3  | [1,]
        json-syntax         | 1  | [,1]
        json-syntax         | 3  | [1 2]
        json-syntax         | 2  | [1
        json-syntax         | 1  | [
        json-syntax         | 1  | {
        json-syntax         | 1  | {a:1}
        json-syntax         | 4  | {"a"}
        json-syntax         | 5  | {"a":}
        json-syntax         | 7  | {"a":1,}
        json-syntax         | 7  | {"a":1 "b":2}
        json-syntax         | 1  | {]
        json-syntax         | 6  | {"a":1]
        json-syntax         | 1  | [}
        json-syntax         | 1  | [/**/1]
        json-trailing-bytes | 2  | {}{}
        json-trailing-bytes | 3  | {} x
        json-trailing-bytes | 2  | []]
        json-trailing-bytes | 2  | ""a
        json-invalid-utf8   | 1  | "\\ud800"
        json-invalid-utf8   | 1  | "\\udc00"
        json-invalid-utf8   | 1  | "\\ud800\\u0041"
        json-invalid-utf8   | 1  | "\\ud800\\ud800"
        json-invalid-utf8   | 1  | "\\ud800xxxxxx"
        json-duplicate-key  | 7  | {"a":1,"a":2}
        json-duplicate-key  | 7  | {"a":1,"\\u0061":2}
        json-duplicate-key  | 12 | {"\\u0061":1,"a":2}
        json-duplicate-key  | 6  | {"":1,"":2}
        json-duplicate-key  | 18 | {"\\ud83d\\ude00":1,"\ud83d\ude00":2}
        json-duplicate-key  | 20 | [{"x":{"b":1,"c":[],"b":2}}]
        """)
    void errorHasCodeAndOffset(String code, int offset, String json) {
        refuses(code, offset, json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "bf",
                "c0af",
                "c1bf",
                "e080af",
                "eda080",
                "edbfbf",
                "f08080af",
                "f4908080",
                "f5808080",
                "ff",
                "fe",
                "c3",
                "e282",
                "f09f98",
                "c328",
                "e28228",
                "e228a1",
                "f0288cbc",
                "f09028bc",
                "f0908c28",
                "e282ac80"
            })
    void invalidUtf8IsRejected(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);
        for (String before : List.of("", "plain text of some length ", "\u00fc")) {
            byte[] lead = ("[\"" + before).getBytes(StandardCharsets.UTF_8);
            byte[] json = concat(lead, bad, "\"]".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> parse(json))
                    .isInstanceOfSatisfying(
                            MalformedBody.class, e -> assertThat(e.code()).isEqualTo("json-invalid-utf8"));
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @Test
    void byteOrderMarkAndControlCharactersAreRejected() {
        refuses("json-syntax", 0, "\ufeff{}".getBytes(StandardCharsets.UTF_8));
        for (char c = 0; c < ' '; c++) {
            refuses("json-syntax", 10, ("\"123456789" + c + "abc\"").getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void depthIsLimitedTo64() {
        assertThatCode(() -> parse("[".repeat(64) + "]".repeat(64))).doesNotThrowAnyException();
        assertThatCode(() -> parse("{\"a\":".repeat(64) + "1" + "}".repeat(64))).doesNotThrowAnyException();
        refuses("json-depth", 64, ("[".repeat(65) + "]".repeat(65)).getBytes(StandardCharsets.UTF_8));
        refuses("json-depth", 64, "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void nodeCountIsLimited() throws MalformedBody {
        JsonTape small = new JsonTape(300);
        byte[] json = ("[" + "0,".repeat(299) + "0]").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> small.parse(json, 0, json.length)).isInstanceOfSatisfying(MalformedBody.class, e -> {
            assertThat(e.code()).isEqualTo("json-too-complex");
            assertThat(e.kind()).isEqualTo(Verdict.Kind.TOO_LARGE);
        });
        byte[] fits = ("[" + "0,".repeat(298) + "0]").getBytes(StandardCharsets.UTF_8);
        small.parse(fits, 0, fits.length);
        assertThat(small.size(small.root())).isEqualTo(299);
    }

    @Test
    void duplicateAmongManyKeysIsFoundInLinearTime() throws MalformedBody {
        StringBuilder json = new StringBuilder("{\"o\":{\"k1\":0},");
        int keys = 200_000;
        for (int i = 0; i < keys; i++) {
            json.append("\"k").append(i).append("\":{\"k").append(i).append("\":0},");
        }
        String open = json.toString();
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            parse(open + "\"last\":1}");
            assertThat(tape.size(tape.root())).isEqualTo(keys + 2);
            for (int again : new int[] {0, 15, 16, 17, 77_777, keys - 1}) {
                refuses(
                        "json-duplicate-key",
                        open.length(),
                        (open + "\"\\u006b" + again + "\":1}").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    @Test
    void keysOfEveryLengthAreDistinguished() throws MalformedBody {
        for (int count : new int[] {1, 2, 15, 16, 17, 33, 63, 64, 65, 129}) {
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                keys.add("\"" + "x".repeat(i) + "\":" + i);
            }
            parse("{" + String.join(",", keys) + "}");
            assertThat(tape.size(tape.root())).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                int value = tape.find(tape.root(), new JsonName("x".repeat(i)));
                assertThat(JsonNumbers.whole(tape, value)).isEqualTo(i);
            }
            for (int i = 0; i < count; i++) {
                String twice = "{" + String.join(",", keys) + "," + keys.get(i) + "}";
                assertThatThrownBy(() -> parse(twice)).hasMessageContaining("duplicate key");
            }
        }
    }

    @Test
    void stringsOfEveryLengthAndAlignmentAreDecoded() throws Exception {
        for (String special :
                List.of("", "\\n", "\u00e9", "\u20ac", "\ud83e\udd89", "\\u00e9", "\\ud83e\\udd89", "\\\\")) {
            for (int before = 0; before < 20; before++) {
                for (int after = 0; after < 10; after++) {
                    String json = "[\"" + "a".repeat(before) + special + "b".repeat(after) + "\"]";
                    parse(json);
                    assertThat(tree(tape.root())).isEqualTo(jackson(json));
                    String text =
                            new JsonText().string(tape, tape.first(tape.root())).toString();
                    assertThat(List.of(text)).isEqualTo(jackson(json));
                }
            }
        }
    }

    @Test
    void mutatedDocumentsAgreeWithJackson() throws IOException {
        mutationsAgreeWithJackson(Fixtures.own().stream()
                .filter(answer -> !answer.sse())
                .map(Fixtures.Response::body)
                .toList());
    }

    @Test
    @Tag("shared")
    void mutatedRecordingsAgreeWithJackson() throws IOException {
        mutationsAgreeWithJackson(
                Fixtures.recorded().stream().map(Fixtures.Recording::request).toList());
    }

    private void mutationsAgreeWithJackson(List<byte[]> documents) throws IOException {
        Random random = new Random(41);
        List<byte[]> seeds =
                documents.stream().filter(document -> document.length < 4000).toList();
        int accepted = 0;
        for (int round = 0; round < 40_000; round++) {
            byte[] json = seeds.get(random.nextInt(seeds.size()));
            if (round > seeds.size()) {
                json = Mutations.mutate(json, random);
            }
            try {
                parse(json);
            } catch (MalformedBody e) {
                assertThat(e.code()).startsWith("json-");
                continue;
            }
            accepted++;
            assertThat(tree(tape.root())).as("round %d", round).isEqualTo(jackson(json));
        }
        assertThat(accepted).isGreaterThan(1000);
    }

    @Test
    void parsingDoesNotAllocateInSteadyState() throws MalformedBody {
        byte[] json = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"caf\u00e9 \\n\"}],\"n\":1.5e3}"
                .getBytes(StandardCharsets.UTF_8);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                tape.parse(json, 0, json.length);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(1000);
    }

    /** Reads a whole document with Jackson, to the types of {@link #tree}. */
    private static Object jackson(byte[] json) throws IOException {
        try (JsonParser parser = STRICT.createParser(json)) {
            parser.nextToken();
            Object document = jackson(parser);
            assertThat(parser.nextToken()).as("trailing token").isNull();
            return document;
        }
    }

    private static Object jackson(String json) throws IOException {
        return jackson(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Object jackson(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, jackson(parser));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(jackson(parser));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> NULL;
            default -> new Number(parser.getText());
        };
    }

    /** Converts a node of the tape to maps, lists, strings, booleans, numbers and {@link #NULL}. */
    private Object tree(int node) {
        return switch (tape.kind(node)) {
            case JsonTape.OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                for (int k = tape.first(node); k != tape.end(node); k = tape.next(tape.value(k))) {
                    members.put(tape.string(k), tree(tape.value(k)));
                }
                assertThat(tape.size(node)).isEqualTo(members.size());
                yield members;
            }
            case JsonTape.ARRAY -> {
                List<Object> elements = new ArrayList<>();
                for (int e = tape.first(node); e != tape.end(node); e = tape.next(e)) {
                    elements.add(tree(e));
                }
                assertThat(tape.size(node)).isEqualTo(elements.size());
                yield elements;
            }
            case JsonTape.STRING -> tape.string(node);
            case JsonTape.TRUE -> true;
            case JsonTape.FALSE -> false;
            case JsonTape.NULL -> NULL;
            default ->
                new Number(new String(
                        tape.bytes(), tape.start(node), tape.stop(node) - tape.start(node), StandardCharsets.US_ASCII));
        };
    }
}
