package dev.stillgate.proxy.dialect;

import static dev.stillgate.proxy.dialect.Prompts.parts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accepted and rejected request bodies. */
class RequestReaderTest {
    private final RequestReader reader = new RequestReader();

    private Chat chat(Operation operation, String json) throws MalformedBody {
        return Prompts.chat(reader, operation, json);
    }

    @ParameterizedTest
    @CsvSource({
        ", true",
        "application/json, true",
        "application/json; charset=utf-8, true",
        "Application/JSON;charset=\"UTF-8\", true",
        "application/json;, false",
        "application/json; charset=utf-16, false",
        "application/json; charset=utf-8; charset=utf-8, false",
        "application/json; v=1, false",
        "text/plain, false",
        "application/x-www-form-urlencoded, false",
        "'application/json, text/plain', false",
        "'', false"
    })
    void contentTypeMustBeJsonOrAbsent(String contentType, boolean fine) throws MalformedBody {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        if (fine) {
            assertThat(reader.read(Operation.MESSAGES, contentType, body, 0, 2)).isInstanceOf(Chat.class);
        } else {
            assertThatThrownBy(() -> reader.read(Operation.MESSAGES, contentType, body, 0, 2))
                    .isInstanceOfSatisfying(
                            MalformedBody.class, e -> assertThat(e.code()).isEqualTo("content-type"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "7", "\"x\"", "null", "{} {}"})
    void bodyMustBeSingleObject(String json) {
        assertThatThrownBy(() -> chat(Operation.CHAT_COMPLETIONS, json)).isInstanceOf(MalformedBody.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'messages': []}|false",
                "{'messages': [], 'prediction': null}|false",
                "{'messages': [], 'prediction': {'type': 'content', 'content': 'a'}}|true",
            },
            quoteCharacter = '`')
    void predictionIsRead(String json, boolean predicts) throws MalformedBody {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Chat chat = (Chat) reader.read(Operation.CHAT_COMPLETIONS, "application/json", body, 0, body.length);
        assertThat(chat.prediction()).isEqualTo(predicts);
    }

    @Test
    void bodiesOfOtherOperationsAreOpaque() throws MalformedBody {
        assertThat(reader.read(Operation.CONTROL, null, new byte[0], 0, 0)).isSameAs(BodyView.None.INSTANCE);
        assertThat(reader.read(Operation.OPAQUE, "x/y", new byte[9], 2, 7)).isEqualTo(new BodyView.Opaque(7));
    }

    @Test
    void readingDoesNotAllocateInSteadyState() throws MalformedBody {
        byte[] body = """
            {"model":"claude-x","max_tokens":1024,"temperature":0.25,"messages":[{"role":"user","content":[
             {"type":"text","text":"Hello caf\u00e9 \\n"}]}]}\
            """.getBytes(StandardCharsets.UTF_8);
        BodyView.PartVisitor visitor = (message, role, kind, id, text) -> text.length() > 0;
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                Chat chat = (Chat) reader.read(Operation.MESSAGES, "application/json", body, 0, body.length);
                chat.model();
                chat.maxTokens();
                chat.temperature();
                chat.parts(visitor);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(1000);
    }

    @Test
    @Tag("shared")
    void recordedRequestsAreRead() throws MalformedBody {
        List<Fixtures.Recording> recordings = Fixtures.recorded();
        for (Fixtures.Recording r : recordings) {
            Chat chat =
                    (Chat) reader.read(r.answer().operation(), "application/json", r.request(), 0, r.request().length);
            assertThat(chat.model())
                    .as(r.toString())
                    .isEqualTo(Fixtures.read(new String(r.request(), StandardCharsets.UTF_8))
                            .path("model")
                            .asText(null));
            if (r.status() == 200) {
                assertThat(chat.stream()).as(r.toString()).isEqualTo(r.answer().sse());
                assertThat(parts(chat)).as(r.toString()).hasSizeGreaterThanOrEqualTo(Math.min(1, chat.messageCount()));
            }
        }
    }

    @Test
    void mutatedRequestsAreReadOrMalformed() {
        Random random = new Random(7);
        byte[] seed = """
            {"model":"m","system":[{"type":"text","text":"s"}],"instructions":"i","tools":[{"name":"t"}],"messages":[{"role":"user","content":[
            {"type":"text","text":"a"},{"type":"tool_result","tool_use_id":"x","content":[{"type":"text","text":"r"}]}]},
            {"role":"assistant","tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}],"input":[{"type":"function_call","call_id":"q",
            "arguments":"{}"},{"type":"reasoning","summary":[{"type":"summary_text","text":"z"}]}],"requests":[{"params":{"model":"b"}}]}\
            """.getBytes(StandardCharsets.UTF_8);
        Operation[] operations = {
            Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES, Operation.MESSAGE_BATCH
        };
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] body = Mutations.mutate(seed, random);
            try {
                BodyView view = reader.read(operations[round % 4], null, body, 0, body.length);
                Chat chat = view instanceof BodyView.Batch batch && batch.size() > 0
                        ? batch.item(0)
                        : view instanceof Chat c ? c : null;
                if (chat != null) {
                    read++;
                    chat.system();
                    chat.toolNames();
                    parts(chat);
                }
            } catch (MalformedBody e) {
                assertThat(e.code()).isNotEmpty();
            }
        }
        assertThat(read).isGreaterThan(200);
    }
}
