package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageEditTest {
    private final RequestReader reader = new RequestReader();

    /** Returns the edited body; null if it would not be changed. */
    private @Nullable String edited(Operation operation, String body) throws MalformedBody {
        byte[] bytes = ("##" + body + "##").getBytes(StandardCharsets.UTF_8);
        int length = bytes.length - 4;
        BodyView view = reader.read(operation, null, bytes, 2, length);
        BodyEdit edit = reader.usageEdit(view);
        if (edit == null) {
            return null;
        }
        String sent = new String(bytes, 2, edit.from() - 2, StandardCharsets.UTF_8)
                + new String(edit.text(), StandardCharsets.UTF_8)
                + new String(bytes, edit.to(), 2 + length - edit.to(), StandardCharsets.UTF_8);
        assertThat(sent.getBytes(StandardCharsets.UTF_8)).hasSize(length + edit.growth());
        return sent;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            {"stream":true}|{"stream_options":{"include_usage":true},"stream":true}
             {  "stream" : true , "n":1 } | {"stream_options":{"include_usage":true},  "stream" : true , "n":1 }\s
            {"stream":true,"stream_options":{}}|{"stream":true,"stream_options":{"include_usage":true}}
            {"stream":true,"stream_options":{ }}|{"stream":true,"stream_options":{"include_usage":true }}
            {"stream_options":{"a":{}},"stream":true}|{"stream_options":{"include_usage":true,"a":{}},"stream":true}
            {"stream":true,"stream_options":{"include_usage":false,"b":1}}|{"stream":true,"stream_options":{"include_usage":true,"b":1}}
            {"stream":true,"stream_options":{"include_usage":null}}|{"stream":true,"stream_options":{"include_usage":true}}
            {"stream":true,"stream_options":{"include\\u005fusage":false}}|{"stream":true,"stream_options":{"include\\u005fusage":true}}
            {"stream":true,"stream_options":null,"x":"ü"}|{"stream":true,"stream_options":{"include_usage":true},"x":"ü"}
            {"stream":true,"a":{"stream_options":{"include_usage":true}}}|{"stream_options":{"include_usage":true},"stream":true,"a":{"stream_options":{"include_usage":true}}}
            """)
    void onlyUsageOptionIsAdded(String body, String expected) throws MalformedBody, IOException {
        String sent = edited(Operation.CHAT_COMPLETIONS, body);
        assertThat(sent).isEqualTo(expected);
        assertThat(new ObjectMapper()
                        .readTree(sent)
                        .at("/stream_options/include_usage")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void otherBodiesAreUnchanged() throws MalformedBody {
        for (String body : List.of(
                "{\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
                "{\"stream\":true,\"stream_options\":\"\",\"x\":1}",
                "{\"stream\":true,\"stream_options\":[]}",
                "{\"stream\":false}",
                "{}",
                "{\"stream\":null,\"stream_options\":{}}")) {
            assertThat(edited(Operation.CHAT_COMPLETIONS, body)).as(body).isNull();
        }
        assertThat(edited(Operation.RESPONSES, "{\"stream\":true}")).isNull();
        assertThat(edited(Operation.MESSAGES, "{\"stream\":true}")).isNull();
    }
}
