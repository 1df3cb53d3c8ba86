package dev.stillgate.proxy.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages bodies on the paths of clouds. */
class CloudBodyTest {
    private static final String MESSAGES =
            "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"one two three\"}]";
    private static final String VERTEX = "{\"anthropic_version\":\"vertex-2023-10-16\"," + MESSAGES;
    private static final String BEDROCK = "{\"anthropic_version\":\"bedrock-2023-05-31\"," + MESSAGES;

    private final RequestReader reader = new RequestReader();

    private Chat read(@Nullable CloudCall cloud, Operation operation, String json) throws MalformedBody {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return (Chat) reader.read(operation, cloud, "application/json", body, 0, body.length);
    }

    private Chat read(CloudCall cloud, String json) throws MalformedBody {
        return read(cloud, Operation.MESSAGES, json);
    }

    @Test
    @DisplayName("engine A1: the model is that of the path, and the rest is read as Messages")
    void modelIsThatOfThePath() throws MalformedBody {
        Chat vertex = read(new CloudCall(Cloud.VERTEX, "claude-a@1", false), VERTEX + "}");
        assertThat(vertex.model()).isEqualTo("claude-a@1");
        assertThat(vertex.stream()).isFalse();
        assertThat(vertex.maxTokens()).isEqualTo(9);
        assertThat(vertex.messageCount()).isEqualTo(1);
        Chat bedrock = read(new CloudCall(Cloud.BEDROCK, "anthropic.claude-b-v1:0", false), BEDROCK + "}");
        assertThat(bedrock.model()).isEqualTo("anthropic.claude-b-v1:0");
        assertThat(bedrock.stream()).isFalse();
    }

    @Test
    void pathOrBodyAsksForAStream() throws MalformedBody {
        assertThat(read(new CloudCall(Cloud.VERTEX, "m", true), VERTEX + "}").stream())
                .isTrue();
        assertThat(read(new CloudCall(Cloud.VERTEX, "m", false), VERTEX + ",\"stream\":true}").stream())
                .isTrue();
    }

    @Test
    void countTokensNamesItsModelInTheBody() throws MalformedBody {
        Chat chat = read(
                new CloudCall(Cloud.VERTEX, null, false), Operation.COUNT_TOKENS, VERTEX + ",\"model\":\"claude-a\"}");
        assertThat(chat.model()).isEqualTo("claude-a");
        assertThat(chat.bareModel()).isEqualTo("claude-a");
    }

    @Test
    @DisplayName("engine A1: a count of tokens needs no anthropic_version, as in Google's documents")
    void countTokensNeedsNoVersion() throws MalformedBody {
        String body = "{\"model\":\"claude-a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        assertThat(read(new CloudCall(Cloud.VERTEX, null, false), Operation.COUNT_TOKENS, body)
                        .messageCount())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "VERTEX, claude-opus-4-1@20250805, claude-opus-4-1@20250805",
        "BEDROCK, anthropic.claude-opus-4-1-v1:0, claude-opus-4-1-v1:0",
        "BEDROCK, us.anthropic.claude-opus-4-1-v1:0, claude-opus-4-1-v1:0",
        "BEDROCK, arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-x, claude-x",
        "BEDROCK, arn:aws:bedrock:eu-west-1:1:application-inference-profile/anthropic, "
    })
    @DisplayName("engine A1: the bare name of a model is the same in all regions and resources")
    void bareModelIsTheMakersName(Cloud cloud, String inPath, @Nullable String bare) throws MalformedBody {
        String body = cloud == Cloud.VERTEX ? VERTEX : BEDROCK;
        Chat chat = read(new CloudCall(cloud, inPath, false), body + "}");
        assertThat(chat.bareModel()).isEqualTo(bare);
        assertThat(chat.model()).isEqualTo(inPath);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"anthropic_version\":\"x\",\"max_tokens\":9,\"messages\":[],\"prompt\":\"hi\"}",
                "{\"anthropic_version\":\"x\",\"max_tokens\":9,\"prompt\":\"hi\"}",
                "{\"anthropic_version\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
            })
    @DisplayName("engine A1: the body of an application inference profile must be a complete prompt of Messages")
    void bodyOfAProfileMustBeOneOfMessages(String body) {
        String profile = "arn:aws:bedrock:us-east-1:1:application-inference-profile/ab12";
        assertThatThrownBy(() -> read(new CloudCall(Cloud.BEDROCK, profile, false), body))
                .isInstanceOfSatisfying(
                        MalformedBody.class, e -> assertThat(e.code()).isEqualTo("not-messages"));
    }

    @Test
    void nextPromptOfTheProviderHasNoneOfTheCall() throws MalformedBody {
        read(new CloudCall(Cloud.VERTEX, "claude-a", true), VERTEX + "}");
        Chat plain = read(null, Operation.MESSAGES, "{\"model\":\"claude-p\"," + MESSAGES + "}");
        assertThat(plain.model()).isEqualTo("claude-p");
        assertThat(plain.stream()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    VERTEX  | {"messages":[]}                                                       | anthropic-version
                    VERTEX  | {"anthropic_version":7,"messages":[]}                                 | anthropic-version
                    VERTEX  | {"anthropic_version":"vertex-2023-10-16","model":"other"}             | model-twice
                    BEDROCK | {"prompt":"[INST] hi [/INST]"}                                        | anthropic-version
                    BEDROCK | {"anthropic_version":"bedrock-2023-05-31","model":"m"}                | model-twice
                    BEDROCK | {"anthropic_version":"bedrock-2023-05-31","model":null}               | model-twice
                    BEDROCK | {"anthropic_version":"bedrock-2023-05-31","stream":false}             | stream-twice
                    """)
    @DisplayName("engine A1: a body of another format, or one that contradicts its path, is rejected")
    void otherBodiesAreRejected(Cloud cloud, String body, String code) {
        assertThatThrownBy(() -> read(new CloudCall(cloud, "m", false), body))
                .isInstanceOfSatisfying(
                        MalformedBody.class, e -> assertThat(e.code()).isIn(code, "json-type"));
    }

    @ParameterizedTest
    @CsvSource({
        "claude-opus-4-7, us.anthropic.claude-opus-4-7-v1:0, claude-opus-4-7@20260101",
        "claude-3-5-sonnet-20241022, anthropic.claude-3-5-sonnet-20241022-v2:0, claude-3-5-sonnet@20241022"
    })
    @DisplayName("engine A1: a cloud's name of a model has the tokenizer of that model")
    void estimateIsThatOfTheModel(String plain, String bedrock, String vertex) throws MalformedBody {
        String words = MESSAGES.replace("one", "many more of the same words, one after another, ".repeat(20));
        long expected = read(null, Operation.MESSAGES, "{\"model\":\"" + plain + "\"," + words + "}")
                .inputTokens();
        String body = "{\"anthropic_version\":\"%s-1\"," + words + "}";
        assertThat(read(new CloudCall(Cloud.BEDROCK, bedrock, false), body.formatted("bedrock"))
                        .inputTokens())
                .isEqualTo(expected);
        assertThat(read(new CloudCall(Cloud.VERTEX, vertex, false), body.formatted("vertex"))
                        .inputTokens())
                .isEqualTo(expected);
    }
}
