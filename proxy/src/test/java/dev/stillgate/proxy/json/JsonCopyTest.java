package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.ContextHashes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonCopyTest {
    private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String PROSE =
            "Due to the rain, we stayed at home and read the papers until the evening came.";
    private final TextHash hash = new TextHash(KEY);

    private static String copy(JsonCopy copier, String json) {
        byte[] bytes = ("x" + json + "x").getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean copied = copier.append(bytes, 1, bytes.length - 2, out);
        return copied ? out.toString(StandardCharsets.UTF_8) : "refused" + out;
    }

    @Test
    void documentIsCopiedOntoOneLine() {
        JsonCopy copier = new JsonCopy(null);
        assertThat(copy(copier, "{\"a\":\r\n [1,\t\"x\\n é\"]\n}")).isEqualTo("{\"a\":   [1,\t\"x\\n é\"] }");
        assertThat(copy(copier, "{\"a\":1")).isEqualTo("refused");
        assertThat(copy(copier, "{\"a\":1,\"a\":2}")).isEqualTo("refused");
    }

    @Test
    void onlyMetadataStringsAreKeptWithHash() {
        String json = """
                {"model":"m-1","max_tokens":5,"stream":true,"system":"secret one","user":"secret two",
                 "metadata":{"user_id":"secret three"},"stop":["secret four"],
                 "messages":[{"role":"user","content":"secret five"},
                  {"role":"assistant","content":[{"type":"text","text":"secret six"},
                   {"type":"tool_use","id":"toolu_1","name":"find","input":{"secret":{"seven":8}}}]},
                  {"role":"user","content":[{"type":"image","source":{"type":"base64","data":"secret"}}]}],
                 "tools":[{"name":"find","description":"secret","input_schema":{"type":"object","required":["k"]}}]}""";
        String copied = copy(new JsonCopy(hash), json);
        assertThat(copied)
                .doesNotContain("secret", "seven", "\n")
                .contains(
                        "\"model\":\"m-1\",\"max_tokens\":5,\"stream\":true",
                        "\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"find\",\"input\":{\"hashed\":\"",
                        "\"input_schema\":{\"type\":\"object\",\"required\":[\"" + hash.of("k") + "\"]}")
                .contains("\"content\":\"" + hash.of("secret five") + "\"");
        assertThat(copy(new JsonCopy(null), copied))
                .as("the copy is valid JSON")
                .isEqualTo(copied);
    }

    @Test
    void reasonOfARefusalIsKeptWithHash() {
        String copied = copy(
                new JsonCopy(hash),
                "{\"stop_reason\":\"refusal\",\"stop_details\":{\"type\":\"refusal\",\"category\":\"cyber\","
                        + "\"explanation\":\"secret\"},\"incomplete_details\":{\"reason\":\"content_filter\"},"
                        + "\"category\":\"secret\",\"reason\":\"secret\"}");
        assertThat(copied)
                .doesNotContain("secret")
                .contains("\"stop_details\":{\"type\":\"refusal\",\"category\":\"cyber\",")
                .contains("\"incomplete_details\":{\"reason\":\"content_filter\"}");
        String longer = "{\"stop_details\":{\"category\":\"" + "secret ".repeat(20) + "\"}}";
        assertThat(copy(new JsonCopy(hash), longer)).doesNotContain("secret");
    }

    @Test
    void hashRevealsOnlyLength() {
        assertThat(hash.of("")).isEmpty();
        assertThat(hash.of(" \n")).isEmpty();
        assertThat(hash.of("abc")).matches("[a-z]{3}");
        assertThat(hash.of("twelve chars")).matches("[a-z]{5} [a-z]{5} [a-z]");
        assertThat(hash.of("x".repeat(100_000)).replace(" ", "")).hasSize(TextHash.LONGEST);
        assertThat(new TextHash("another key, 16b".getBytes(StandardCharsets.US_ASCII)).of(PROSE))
                .isNotEqualTo(hash.of(PROSE));
    }

    @Test
    void hashedTextsHaveEqualMarksExactlyIfOriginalsDo() {
        KeyedHashes hashes = new KeyedHashes(KEY);
        String wrapped = "  " + PROSE.replace(' ', '\n');
        String other = PROSE.replace("rain", "snow");
        assertThat(hashes.ofText(hash.of(PROSE))).isEqualTo(hashes.ofText(hash.of(wrapped)));
        assertThat(hashes.ofText(hash.of(PROSE))).isNotEqualTo(hashes.ofText(hash.of(other)));
        assertThat(hashes.ofText(hash.of(PROSE.substring(0, 50)))).isEqualTo(ContextHashes.NONE);
        String longText = PROSE.repeat(10);
        assertThat(hashes.ofText(hash.of(longText + "one end")))
                .isEqualTo(hashes.ofText(hash.of(longText + "another end")))
                .isNotEqualTo(ContextHashes.NONE);
        assertThat(hash.of(longText + "one end")).isNotEqualTo(hash.of(longText + "two end"));
        assertThat(hash.of(longText + "one end")).startsWith(hash.of(longText).substring(0, 600));
    }

    @Test
    void writtenTextIsAscii() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonCopy.text("a\"\\\n\u007fé", out);
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("\"a\\\"\\\\\\u000a\\u007f\\u00e9\"");
    }
}
