package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.ContextHashes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
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

    /** Returns the words of a hashed stream whose letters in angle brackets stand for hashed texts. */
    private String hashed(String expected) {
        return Pattern.compile("<(.*?)>").matcher(expected).replaceAll(text -> hash.of(text.group(1)));
    }

    @Test
    void piecesOfAContentBlockAreHashedAsOneText() {
        String stream = """
                [{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one "}},\
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\""}},\
                {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"text"}},\
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":":1}"}}]""";
        assertThat(copy(new JsonCopy(hash), stream)).isEqualTo(hashed("""
                [{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"<one text>"}},\
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"<{"a":1}>"}},\
                {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}},\
                {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}]"""));
    }

    @Test
    void piecesOfAChoiceAreHashedAsOneText() {
        String stream = """
                [{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]},\
                {"choices":[{"index":0,"delta":{"content":"first "}},{"index":1,"delta":{"content":"sec"}}]},\
                {"choices":[{"index":1,"delta":{"content":"ond"}}]},{"choices":[{"index":0,"delta":{"content":"one"}}]}]""";
        assertThat(copy(new JsonCopy(hash), stream)).isEqualTo(hashed("""
                [{"choices":[{"index":0,"delta":{"role":"assistant","content":"<first one>"}}]},\
                {"choices":[{"index":0,"delta":{"content":""}},{"index":1,"delta":{"content":"<second>"}}]},\
                {"choices":[{"index":1,"delta":{"content":""}}]},{"choices":[{"index":0,"delta":{"content":""}}]}]"""));
    }

    @Test
    void callAndThoughtOfTheGeminiApiSeparateTexts() {
        String stream = """
                [{"candidates":[{"content":{"parts":[{"text":"So","thought":true},{"text":"one "}]}}]},\
                {"candidates":[{"content":{"parts":[{"text":"text"},{"functionCall":{"name":"f"}},{"text":"x"}]}}]},\
                {"candidates":[{"content":{"parts":[{"text":"y"}]}},{"content":{"parts":[{"text":"z"}]},"index":1}]}]""";
        assertThat(copy(new JsonCopy(hash), stream)).isEqualTo(hashed("""
                [{"candidates":[{"content":{"parts":[{"text":"<So>","thought":true},{"text":"<one text>"}]}}]},\
                {"candidates":[{"content":{"parts":[{"text":""},{"functionCall":{"name":"f"}},{"text":"<xy>"}]}}]},\
                {"candidates":[{"content":{"parts":[{"text":""}]}},{"content":{"parts":[{"text":"<z>"}]},"index":1}]}]"""));
    }

    @Test
    void eventThatRepeatsATextKeepsItsOwn() {
        String stream = """
                [{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"a "},\
                {"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"b"},\
                {"type":"response.output_text.done","output_index":1,"content_index":0,"text":"a b"},\
                {"type":"response.completed","response":{"output":[{"summary":["s"]},{"content":[{"text":"a b"}]}]}}]""";
        assertThat(copy(new JsonCopy(hash), stream)).isEqualTo(hashed("""
                [{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"<a b>"},\
                {"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":""},\
                {"type":"response.output_text.done","output_index":1,"content_index":0,"text":"<a b>"},\
                {"type":"response.completed","response":{"output":[{"summary":["<s>"]},{"content":[{"text":"<a b>"}]}]}}]"""));
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
