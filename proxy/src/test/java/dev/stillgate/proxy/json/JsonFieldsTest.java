package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Type checks of known fields: values that model servers would convert are rejected, values of common clients pass. */
class JsonFieldsTest {
    private static final String FORM = "multipart/form-data; boundary=b0und";

    private final RequestReader reader = new RequestReader();

    private BodyView read(Operation operation, String contentType, String body) throws MalformedBody {
        byte[] bytes = ("##" + body + "##").getBytes(StandardCharsets.UTF_8);
        return reader.read(operation, contentType, bytes, 2, bytes.length - 4);
    }

    private BodyView read(Operation operation, String json) throws MalformedBody {
        return read(operation, "application/json", json);
    }

    private static String upload(String url, String body) {
        return "--b0und\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--b0und\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.jsonl\"\r\n\r\n"
                + "{\"custom_id\":\"1\",\"url\":\"/v1/chat/completions\",\"body\":{\"n\":1}}\n"
                + "{\"custom_id\":\"2\",\"url\":\"" + url + "\",\"body\":" + body + "}\r\n--b0und--\r\n";
    }

    private static String messageBatch(String params) {
        return "{\"requests\":[{\"custom_id\":\"a\",\"params\":{}},{\"custom_id\":\"b\",\"params\":" + params + "}]}";
    }

    /** Asserts that a prompt is rejected with an offset, alone and as the second of a batch. */
    private void refuses(Operation operation, String json, String at) {
        assertRefused(json, at, () -> read(operation, json));
        switch (operation.label()) {
            case "messages" -> {
                String batch = messageBatch(json);
                assertRefused(batch, at, () -> read(Operation.MESSAGE_BATCH, batch));
                assertRefused(json, at, () -> read(Operation.COUNT_TOKENS, json));
            }
            default -> {
                String url = operation == Operation.RESPONSES ? "/v1/responses" : "/v1/chat/completions";
                String file = upload(url, json);
                assertRefused(file, at, () -> read(Operation.FILE_UPLOAD, FORM, file));
            }
        }
    }

    private static void assertRefused(
            String body, String at, org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
        String value = at.startsWith("\"") ? at.substring(1) : at; // the offset of a string is after its quote
        int place = body.substring(0, body.lastIndexOf(value)).getBytes(StandardCharsets.UTF_8).length;
        assertThatThrownBy(read).as(body).isInstanceOfSatisfying(MalformedBody.class, e -> {
            assertThat(e.code()).isEqualTo("json-type");
            assertThat(e.offset()).isEqualTo(place);
        });
    }

    /** Asserts that a prompt is accepted, alone and in a batch. */
    private void reads(Operation operation, String json) throws MalformedBody {
        assertThat(read(operation, json)).as(json).isInstanceOf(BodyView.Chat.class);
        if (operation == Operation.MESSAGES) {
            assertThat(read(Operation.MESSAGE_BATCH, messageBatch(json))).isInstanceOf(BodyView.Batch.class);
        } else {
            String url = operation == Operation.RESPONSES ? "/v1/responses" : "/v1/chat/completions";
            assertThat(read(Operation.FILE_UPLOAD, FORM, upload(url, json))).isInstanceOf(BodyView.Batch.class);
        }
    }

    @ParameterizedTest
    @DisplayName("engine A6: a known scalar of an undocumented type is rejected, also in a batch")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    MESSAGES|model|7|true|{}|["m"]
                    MESSAGES|messages|"hi"|{}|7|true
                    MESSAGES|system|7|{}|true|1.5
                    MESSAGES|max_tokens|"5"|true|[5]|{}
                    MESSAGES|stream|1|"true"|0|[]
                    MESSAGES|temperature|"0.5"|true|[]|{}
                    MESSAGES|top_p|"0.5"|false|[]|{}
                    CHAT_COMPLETIONS|model|7|true|{}|[]
                    CHAT_COMPLETIONS|messages|"hi"|{}|7|true
                    CHAT_COMPLETIONS|n|"5"|true|[5]|{}
                    CHAT_COMPLETIONS|max_tokens|"4000"|true|[]|{}
                    CHAT_COMPLETIONS|max_completion_tokens|"4000"|true|[]|{}
                    CHAT_COMPLETIONS|logprobs|"true"|1|0|[]
                    CHAT_COMPLETIONS|top_logprobs|"3"|true|[]|{}
                    CHAT_COMPLETIONS|stream|1|"yes"|{}|[]
                    CHAT_COMPLETIONS|temperature|"1"|true|[]|{}
                    RESPONSES|model|7|true|{}|[]
                    RESPONSES|input|7|{}|true|1.5
                    RESPONSES|instructions|7|{}|true|1.5
                    RESPONSES|max_output_tokens|"9"|true|[]|{}
                    RESPONSES|top_logprobs|"3"|true|[]|{}
                    RESPONSES|stream|1|"on"|{}|[]
                    RESPONSES|background|1|"true"|{}|[]
                    RESPONSES|previous_response_id|7|true|{}|[]
                    RESPONSES|top_p|"1"|true|[]|{}
                    """)
    void scalarOfOtherTypeIsRejected(Operation operation, String key, String a, String b, String c, String d) {
        for (String wrong : List.of(a, b, c, d)) {
            refuses(operation, "{\"first\":{},\"" + key + "\": " + wrong + " }", wrong + " }");
        }
    }

    @ParameterizedTest
    @DisplayName("engine A6: null counts as absent")
    @ValueSource(
            strings = {
                "MESSAGES model messages system max_tokens stream temperature top_p tools thinking output_config output_format",
                "CHAT_COMPLETIONS model messages n max_tokens max_completion_tokens logprobs top_logprobs stream stream_options "
                        + "temperature top_p tools functions response_format reasoning_effort",
                "RESPONSES model input instructions max_output_tokens top_logprobs stream background previous_response_id "
                        + "temperature top_p tools include text reasoning"
            })
    void nullIsAccepted(String line) throws MalformedBody {
        String[] words = line.split(" ");
        StringBuilder json = new StringBuilder("{\"last\":null");
        for (int i = 1; i < words.length; i++) {
            json.append(",\"").append(words[i]).append("\":null");
        }
        reads(Operation.of(words[0]), json + "}");
    }

    @ParameterizedTest
    @DisplayName("engine A6: integers that parsers read differently are rejected")
    @ValueSource(
            strings = {
                "1.5",
                "0.0000000000000000001",
                "4000.0000000000000000001",
                "1e2",
                "1E2",
                "1.0e0",
                "10e-1",
                "1e400",
                "9007199254740993",
                "-9007199254740993",
                "9007199254740993.0",
                "12345678901234567",
                "18446744073709551617",
                "100000000000000000000000000000000000000000000000000000000000000000001"
            })
    void ambiguousIntegersAreRejected(String number) {
        refuses(Operation.MESSAGES, "{\"max_tokens\":" + number + "}", number);
        for (String key : List.of("n", "max_tokens", "max_completion_tokens", "top_logprobs")) {
            refuses(Operation.CHAT_COMPLETIONS, "{\"" + key + "\":" + number + "}", number + "}");
        }
        refuses(Operation.RESPONSES, "{\"max_output_tokens\":" + number + "}", number);
    }

    @Test
    @DisplayName("engine A6: numbers that official clients and model servers use are accepted")
    void numbersOfClientsAreAccepted() throws MalformedBody {
        for (String number : List.of("0", "1", "128000", "9007199254740992", "-1", "-0", "4096.0", "1.000")) {
            reads(Operation.MESSAGES, "{\"max_tokens\":" + number + "}");
            reads(Operation.CHAT_COMPLETIONS, "{\"n\":" + number + ",\"max_tokens\":" + number + "}");
            reads(Operation.RESPONSES, "{\"max_output_tokens\":" + number + "}");
        }
        for (String number : List.of("0", "1", "0.7", "1e-3", "1.0", "0.30000000000000004", "12345678901234567890")) {
            reads(
                    Operation.CHAT_COMPLETIONS,
                    "{\"temperature\":" + number + ",\"top_p\":" + number + ",\"seed\":" + number + "}");
        }
    }

    @ParameterizedTest
    @DisplayName("engine A6: prompts of the official clients are accepted")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    MESSAGES|{"model":"m","max_tokens":1024,"system":"s","messages":[{"role":"user","content":"hi"}]}
                    MESSAGES|{"model":"m","max_tokens":0,"system":[{"type":"text","text":"s"}],"messages":[],"stream":false}
                    MESSAGES|{"model":"m","max_tokens":9,"messages":[],"temperature":1,"top_p":0.9,"top_k":5,"stop_sequences":["a"],\
                    "metadata":{"user_id":"u"},"tool_choice":{"type":"auto"},"tools":[{"name":"t","input_schema":{}}],\
                    "thinking":{"type":"enabled","budget_tokens":2000},"service_tier":"auto","container":"c"}
                    MESSAGES|{"model":"m","max_tokens":9,"messages":[],"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}}
                    CHAT_COMPLETIONS|{"messages":[{"role":"user","content":"hi"}],"model":"m"}
                    CHAT_COMPLETIONS|{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"model":"m","n":null,\
                    "stream":null,"max_tokens":null,"logprobs":null,"stream_options":null,"stop":null}
                    CHAT_COMPLETIONS|{"model":"m","messages":[],"stop":"a","tool_choice":"auto","temperature":0,"user":"u"}
                    CHAT_COMPLETIONS|{"model":"m","messages":[],"stop":["a","b"],"tool_choice":{"type":"function","function":{"name":"f"}},\
                    "temperature":0.7,"logit_bias":{"50256":-100},"seed":-5,"store":true,"metadata":{"N":"Model"},\
                    "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"Messages":{},"N":1}}}}
                    CHAT_COMPLETIONS|{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}
                    CHAT_COMPLETIONS|{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":null}}
                    CHAT_COMPLETIONS|{"model":"m","messages":[],"logprobs":true,"top_logprobs":20,"modalities":["text"],"function_call":"none"}
                    RESPONSES|{"model":"m","input":"hi"}
                    RESPONSES|{"model":"m","input":[{"role":"user","content":"hi"}],"stream":true,"background":false}
                    RESPONSES|{"input":"hi","prompt":{"id":"p","variables":{"Model":"x"}},"instructions":"i","previous_response_id":"resp_1"}
                    RESPONSES|{"model":"m","input":[],"include":["reasoning.encrypted_content"],"text":{"format":{"type":"text"}},\
                    "reasoning":{"effort":"low"},"tool_choice":"required","truncation":"auto","conversation":"conv_1","max_tool_calls":3}
                    """)
    void formsOfClientsAreAccepted(Operation operation, String json) throws MalformedBody {
        reads(operation, json);
    }

    @ParameterizedTest
    @DisplayName("engine A6: a known key in another case is rejected, also in a batch")
    @CsvSource({
        "MESSAGES, Messages",
        "MESSAGES, MODEL",
        "MESSAGES, sYstem",
        "MESSAGES, Max_Tokens",
        "MESSAGES, Tools",
        "CHAT_COMPLETIONS, Messages",
        "CHAT_COMPLETIONS, N",
        "CHAT_COMPLETIONS, Stream",
        "CHAT_COMPLETIONS, Stream_options",
        "CHAT_COMPLETIONS, LogProbs",
        "CHAT_COMPLETIONS, \\u004dessages",
        "CHAT_COMPLETIONS, message\\u0053",
        "CHAT_COMPLETIONS, me\u017fsages",
        "CHAT_COMPLETIONS, max_to\u212aens",
        "CHAT_COMPLETIONS, me\\u017fsages",
        "RESPONSES, Input",
        "RESPONSES, Background",
        "RESPONSES, previous_response_ID"
    })
    void keyInOtherCaseIsRejected(Operation operation, String key) {
        refuses(operation, "{\"a\":0,\"" + key + "\":null}", key);
    }

    @ParameterizedTest
    @DisplayName("engine A6: unknown keys are accepted in any case")
    @ValueSource(
            strings = {
                "Message",
                "modelx",
                "mode",
                "n_",
                "M",
                "max-tokens",
                "max\u007ftokens",
                "",
                "Temperatur",
                "ma\u00dfe",
                "\\u006e\\u006e",
                "\ud83d\ude00",
                "X-Custom",
                "Store",
                "max_completion_tokens_and_then_some_more_of_them"
            })
    void unknownKeysAreAccepted(String key) throws MalformedBody {
        reads(Operation.CHAT_COMPLETIONS, "{\"" + key + "\":\"7\",\"messages\":[]}");
    }

    @Test
    @DisplayName("engine A6: a known key with an escape is type-checked")
    void keyWithEscapeIsChecked() throws MalformedBody {
        refuses(Operation.CHAT_COMPLETIONS, "{\"\\u006e\":\"5\"}", "\"5\"");
        reads(Operation.CHAT_COMPLETIONS, "{\"\\u006e\":5}");
    }

    @Test
    @DisplayName("engine A6: the usage option of a stream is checked for type and case")
    void usageOptionIsChecked() {
        for (String wrong : List.of("\"false\"", "0", "[1,{}]")) {
            refuses(Operation.CHAT_COMPLETIONS, "{\"stream_options\":{\"include_usage\":" + wrong + "}}", wrong + "}");
        }
        refuses(Operation.CHAT_COMPLETIONS, "{\"stream_options\":{\"Include_Usage\":false}}", "Include");
    }

    @Test
    @DisplayName("engine A6: the keys of a batch outside its prompts are checked for case")
    void batchKeysOutsidePromptsAreChecked() {
        String requests = "{\"requests\":[],\"Requests\":[{}]}";
        assertRefused(requests, "Requests", () -> read(Operation.MESSAGE_BATCH, requests));
        String params = "{\"requests\":[{\"params\":{},\"PARAMS\":{}}]}";
        assertRefused(params, "PARAMS", () -> read(Operation.MESSAGE_BATCH, params));
        for (String key : List.of("Body", "URL")) {
            String file = upload("/v1/responses", "{},\"" + key + "\":{}");
            assertRefused(file, key, () -> read(Operation.FILE_UPLOAD, FORM, file));
        }
    }
}
