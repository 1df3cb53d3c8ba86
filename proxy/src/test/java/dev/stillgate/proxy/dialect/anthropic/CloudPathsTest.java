package dev.stillgate.proxy.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.PathTable;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The paths of clouds that offer Anthropic's models, and the models in them. */
class CloudPathsTest {
    private static final String VERTEX = "/v1/projects/p-1/locations/us-east5/publishers/anthropic/models/";
    private static final String ARN = "arn:aws:bedrock:us-east-1:123456789012:";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    claude-opus-4-1@20250805:rawPredict          | claude-opus-4-1@20250805 | false
                    claude-sonnet-4-5@20250929:streamRawPredict  | claude-sonnet-4-5@20250929 | true
                    claude-sonnet-4-5%4020250929:rawPredict      | claude-sonnet-4-5@20250929 | false
                    claude-3-5-haiku:streamRawPredict            | claude-3-5-haiku | true
                    """)
    @DisplayName("engine A1: a Vertex AI path names the model and says whether to stream")
    void vertexPathNamesTheModel(String end, String model, boolean stream) {
        assertThat(PathTable.match("POST", VERTEX + end))
                .isEqualTo(new PathMatch(
                        Provider.ANTHROPIC, Operation.MESSAGES, new CloudCall(Cloud.VERTEX, model, stream)));
    }

    @Test
    void countTokensOfVertexHasItsModelInTheBody() {
        assertThat(PathTable.match("POST", VERTEX + "count-tokens:rawPredict"))
                .isEqualTo(new PathMatch(
                        Provider.ANTHROPIC, Operation.COUNT_TOKENS, new CloudCall(Cloud.VERTEX, null, false)));
        assertThat(PathTable.match("POST", VERTEX + "count-tokens:streamRawPredict"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    anthropic.claude-3-5-sonnet-20241022-v2:0                          | anthropic.claude-3-5-sonnet-20241022-v2:0
                    anthropic.claude-3-5-sonnet-20241022-v2%3A0                        | anthropic.claude-3-5-sonnet-20241022-v2:0
                    us.anthropic.claude-sonnet-4-20250514-v1%3a0                       | us.anthropic.claude-sonnet-4-20250514-v1:0
                    eu.anthropic.claude-haiku-4-5                                      | eu.anthropic.claude-haiku-4-5
                    apac.anthropic.claude-haiku-4-5                                    | apac.anthropic.claude-haiku-4-5
                    global.anthropic.claude-haiku-4-5                                  | global.anthropic.claude-haiku-4-5
                    us-gov.anthropic.claude-haiku-4-5                                  | us-gov.anthropic.claude-haiku-4-5
                    arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-x | \
                    arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x
                    arn:aws:bedrock:us-east-1:123456789012:application-inference-profile%2fab12cd34ef56 | \
                    arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/ab12cd34ef56
                    arn:aws:bedrock:us-east-1::foundation-model%2Fanthropic.claude-3-haiku-20240307-v1:0 | \
                    arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0
                    """)
    @DisplayName("engine A1: a Bedrock path names the model, by id or by resource name")
    void bedrockPathNamesTheModel(String id, String model) {
        assertThat(PathTable.match("POST", "/model/" + id + "/invoke"))
                .isEqualTo(new PathMatch(
                        Provider.ANTHROPIC, Operation.MESSAGES, new CloudCall(Cloud.BEDROCK, model, false)));
    }

    @Test
    @DisplayName("engine A1: a Bedrock path with response stream asks for a stream")
    void bedrockStreamPath() {
        assertThat(PathTable.match("POST", "/model/anthropic.claude-x/invoke-with-response-stream"))
                .isEqualTo(new PathMatch(
                        Provider.ANTHROPIC,
                        Operation.MESSAGES,
                        new CloudCall(Cloud.BEDROCK, "anthropic.claude-x", true)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET " + VERTEX + "claude-x:rawPredict",
                "PUT " + VERTEX + "claude-x:rawPredict",
                "POST " + VERTEX + "claude-x:predict",
                "POST " + VERTEX + "claude-x:rawPredict/",
                "POST " + VERTEX + "claude-x:RawPredict",
                "POST " + VERTEX + "claude-x%3ArawPredict",
                "POST " + VERTEX + "claude-x@1@2:rawPredict",
                "POST " + VERTEX + "claude-x@:rawPredict",
                "POST " + VERTEX + "claude%0ax:rawPredict",
                "POST " + VERTEX + "claude%2Fx:rawPredict",
                "POST " + VERTEX + "..:rawPredict",
                "POST " + VERTEX + "a/b:rawPredict",
                "POST " + VERTEX + ":rawPredict",
                "POST /v1/projects//locations/l/publishers/anthropic/models/m:rawPredict",
                "POST /v1/projects/p/locations/L/publishers/anthropic/models/m:rawPredict",
                "POST /v1/projects/p/locations/l/publishers/meta/models/m:rawPredict",
                "POST /v1/projects/p/q/locations/l/publishers/anthropic/models/m:rawPredict",
                "POST /v2/projects/p/locations/l/publishers/anthropic/models/m:rawPredict",
                "POST /model/meta.llama3-70b-instruct-v1:0/invoke",
                "POST /model/us.meta.llama3-70b-instruct-v1:0/invoke",
                "POST /model/amazon.titan-text/invoke",
                "POST /model/xanthropic.claude/invoke",
                "POST /model/us.x.anthropic.claude/invoke",
                "POST /model/anthropic./invoke",
                "POST /model/anthropic.a%00/invoke",
                "POST /model/anthropic.a%2Fb/invoke",
                "POST /model/anthropic.a/b/invoke",
                "POST /model/anthropic.claude/converse",
                "POST /model/anthropic.claude/converse-stream",
                "POST /model/anthropic.claude/count-tokens",
                "POST /model/anthropic.claude/invoke/",
                "POST /model/anthropic.claude/Invoke",
                "POST /model/anthropic.claude/invoke-with-bidirectional-stream",
                "POST /model/meta.llama3-70b-instruct-v1:0/invoke-with-response-stream",
                "POST /model/anthropic.claude/",
                "GET /model/anthropic.claude/invoke",
                "POST /model/" + ARN + "inference-profile/us.anthropic.claude-x/invoke",
                "POST /model/" + ARN + "inference-profile%2Fus.meta.llama/invoke",
                "POST /model/" + ARN + "inference-profile%2F../invoke",
                "POST /model/" + ARN + "inference-profile%2F%2Fanthropic.claude/invoke",
                "POST /model/" + ARN + "application-inference-profile%2F..%2Fabc/invoke",
                "POST /model/" + ARN + "provisioned-model%2Fabcdef/invoke",
                "POST /model/" + ARN + "imported-model%2Fabcdef/invoke",
                "POST /model/arn:aws:s3:us-east-1:123456789012:inference-profile%2Fanthropic.claude/invoke",
                "POST /model//invoke",
                "POST /models/anthropic.claude/invoke",
            })
    @DisplayName("engine A1: paths of other models, methods and spellings stay unknown")
    void otherPathsAreUnknown(String line) {
        String[] parts = line.split(" ", 2);
        assertThat(PathTable.match(parts[0], parts[1])).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128, 129, 10_000, 1_000_000})
    void modelLengthIsLimited(int length) {
        String model = "c".repeat(length);
        assertThat(PathTable.match("POST", VERTEX + model + ":rawPredict") != null)
                .isEqualTo(length <= 128);
        assertThat(PathTable.match("POST", "/model/anthropic." + model + "/invoke") != null)
                .isEqualTo(length <= 128);
    }
}
