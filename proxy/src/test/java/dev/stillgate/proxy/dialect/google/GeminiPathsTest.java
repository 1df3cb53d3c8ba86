package dev.stillgate.proxy.dialect.google;

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

/** The paths of the Gemini API, and the models in them. */
class GeminiPathsTest {
    private static final String VERTEX = "/v1beta1/projects/p-1/locations/us-east5/publishers/google/models/";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /v1beta/models/gemini-2.5-flash:generateContent                        | GEMINI | GENERATE_CONTENT     | false
                    /v1beta/models/gemini-2.5-flash:streamGenerateContent                  | GEMINI | GENERATE_CONTENT     | true
                    /v1/models/gemini-2.5-flash:generateContent                            | GEMINI | GENERATE_CONTENT     | false
                    /v1alpha/models/gemini-2.5-flash:countTokens                           | GEMINI | COUNT_CONTENT_TOKENS | false
                    /v1/publishers/google/models/gemini-2.5-flash:streamGenerateContent    | VERTEX | GENERATE_CONTENT     | true
                    /v1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:generateContent | \
                    VERTEX | GENERATE_CONTENT | false
                    """)
    @DisplayName("engine A1: a path of the Gemini API names the model and says whether to stream")
    void pathNamesTheModel(String path, Cloud cloud, Operation operation, boolean stream) {
        assertThat(PathTable.match("POST", path))
                .isEqualTo(new PathMatch(Provider.GOOGLE, operation, new CloudCall(cloud, "gemini-2.5-flash", stream)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1beta/models/gemini-2.5-flash",
                "/v1beta/models/gemini-2.5-flash:embedContent",
                "/v1beta/models/gemini-2.5-flash:batchGenerateContent",
                "/v1beta/models/gemini-2.5-flash:generateContent/",
                "/v1beta/models/gemini-2.5-flash%3AgenerateContent",
                "/v1beta/models/:generateContent",
                "/v1beta/models/a/b:generateContent",
                "/v1beta/tunedModels/mine:generateContent",
                "/v1beta/cachedContents",
                "/v2/models/gemini-2.5-flash:generateContent",
                "/v1beta/models/gemini-2.5-flash:GenerateContent",
                VERTEX + "gemini-2.5-flash:predict",
                VERTEX + "../x:generateContent"
            })
    void otherPathsAreUnknown(String path) {
        assertThat(PathTable.match("POST", path)).isNull();
    }

    @Test
    void otherMethodsAreUnknown() {
        assertThat(PathTable.match("GET", "/v1beta/models/m:generateContent")).isNull();
        assertThat(PathTable.match("POST", "/v1beta/models/" + "m".repeat(600) + ":generateContent"))
                .isNull();
    }
}
