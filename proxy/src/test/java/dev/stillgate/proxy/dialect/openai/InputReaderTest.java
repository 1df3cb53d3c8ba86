package dev.stillgate.proxy.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of embeddings, image generations, speech and moderations. */
class InputReaderTest {
    private final RequestReader reader = new RequestReader();

    private BodyView read(Operation operation, String json) throws MalformedBody {
        byte[] body = ("  " + json).getBytes(StandardCharsets.UTF_8);
        return reader.read(operation, "application/json", body, 2, body.length - 2);
    }

    private BodyView.Input input(Operation operation, String json) throws MalformedBody {
        return (BodyView.Input) read(operation, json);
    }

    private long tokens(String json) throws MalformedBody {
        return input(Operation.EMBEDDINGS, json).inputTokens();
    }

    @Test
    void modelStreamAndSizeAreRead() throws MalformedBody {
        String json = "{\"model\":\"gpt-image-1\",\"prompt\":\"a lamp\",\"stream\":true}";
        BodyView.Input image = input(Operation.IMAGE_GENERATION, json);
        assertThat(image.model()).isEqualTo("gpt-image-1");
        assertThat(image.stream()).isTrue();
        assertThat(image.bytes()).isEqualTo(json.length());
        assertThat(image.inputTokens()).isBetween(2L, 3L);
    }

    @ParameterizedTest
    @CsvSource({"sse, true", "audio, false"})
    void speechFormatDecidesStreaming(String format, boolean stream) throws MalformedBody {
        BodyView.Input speech =
                input(Operation.SPEECH, "{\"input\":\"hi\",\"voice\":\"alloy\",\"stream_format\":\"" + format + "\"}");
        assertThat(speech.stream()).isEqualTo(stream);
        assertThat(speech.model()).isNull();
    }

    @Test
    void textsOfAnArrayAddUp() throws MalformedBody {
        long one = tokens("{\"input\":\"The keeper climbs the stairs at dusk\"}");
        assertThat(one).isBetween(6L, 10L);
        assertThat(tokens("{\"input\":[\"The keeper climbs the stairs at dusk\","
                        + "\"The keeper climbs the stairs at dusk\"]}"))
                .isBetween(2 * one - 1, 2 * one);
        assertThat(tokens("{\"input\":[{\"type\":\"text\",\"text\":\"The keeper climbs the stairs at dusk\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}"))
                .isEqualTo(one);
        assertThat(tokens("{\"messages\":[{\"role\":\"user\",\"content\":\"The keeper climbs the stairs at dusk\"}]}"))
                .isEqualTo(one);
    }

    @Test
    void eachTokenIdIsOneToken() throws MalformedBody {
        assertThat(tokens("{\"input\":[15339,1917,0]}")).isEqualTo(3);
        assertThat(tokens("{\"input\":[[15339,1917],[11,12,13]]}")).isEqualTo(5);
    }

    @Test
    void inputHasAtLeastOneToken() throws MalformedBody {
        assertThat(tokens("{}")).isEqualTo(1);
        assertThat(tokens("{\"input\":null}")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"input\":\"a\",\"input\":\"b\"}",
                "{\"input\":7}",
                "{\"Input\":\"a\"}",
                "{\"prompt\":[\"a\"]}",
                "{\"model\":[]}",
                "{\"stream\":\"true\"}",
                "[]",
                "{\"input\":\"a\"} x"
            })
    void ambiguousBodyIsMalformed(String json) {
        assertThatThrownBy(() -> read(Operation.EMBEDDINGS, json)).isInstanceOf(MalformedBody.class);
    }

    @Test
    void formInPlaceOfJsonIsMalformed() {
        byte[] body = "input=a".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() ->
                        reader.read(Operation.EMBEDDINGS, "application/x-www-form-urlencoded", body, 0, body.length))
                .isInstanceOf(MalformedBody.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"embeddings", "image_generation", "speech", "moderation"})
    void missingBodyIsLeftToTheUpstream(Operation operation) throws MalformedBody {
        assertThat(reader.read(operation, null, new byte[0], 0, 0)).isSameAs(BodyView.None.INSTANCE);
    }
}
