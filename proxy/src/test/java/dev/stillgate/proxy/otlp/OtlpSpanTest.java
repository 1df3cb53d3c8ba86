package dev.stillgate.proxy.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpSpanTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static String attributes(Usage usage) {
        return attributes(usage, ProviderVerdict.NONE);
    }

    private static String attributes(Usage usage, ProviderVerdict verdict) {
        return attributes(usage, verdict, 200, "served", null, "end_turn");
    }

    private static String attributes(
            Usage usage,
            ProviderVerdict verdict,
            int status,
            String outcome,
            @Nullable String cloud,
            @Nullable String finishReason) {
        AccessRecord exchange = new AccessRecord(
                0,
                1,
                1,
                "r-1",
                "POST",
                "/v1/messages",
                "HTTP/1.1",
                status,
                outcome,
                null,
                null,
                null,
                null,
                null,
                null,
                1,
                1,
                InetAddress.getLoopbackAddress(),
                "a-17",
                null,
                Standing.CLEAR,
                "model",
                Operation.MESSAGES,
                cloud,
                "m",
                "m",
                finishReason,
                verdict,
                true,
                false,
                usage,
                null,
                3,
                "9f86d081");
        TraceParent parent = TraceParent.of(TRACE);
        assertThat(parent).isNotNull();
        return new OtlpSpan(parent, "00f067aa0ba902b8", exchange).json().toString();
    }

    @ParameterizedTest
    @CsvSource({
        "200, served, end_turn, end_turn",
        "200, truncated, , error",
        "200, truncated, max_tokens, max_tokens",
        "0, downstream_gone, , error",
        "502, upstream_failed, , error",
        "529, served, , error",
        "200, served, , ", // the provider named none
        "429, rejected, , ", // no prompt was sent
    })
    void missingFinishReasonOfAFailedResponseIsError(
            int status, String outcome, @Nullable String finishReason, @Nullable String shown) {
        String attributes = attributes(Usage.NONE, ProviderVerdict.NONE, status, outcome, null, finishReason);
        if (shown == null) {
            assertThat(attributes).doesNotContain("finish_reasons");
        } else {
            assertThat(attributes)
                    .contains("finish_reasons, value={arrayValue={values=[{stringValue=" + shown + "}]}}");
        }
    }

    @Test
    void providerOfACloudIsTheCloud() {
        String provider = "gen_ai.provider.name, value={stringValue=";
        for (String cloud : List.of("aws.bedrock", "gcp.vertex_ai")) {
            assertThat(attributes(Usage.NONE, ProviderVerdict.NONE, 200, "served", cloud, "end_turn"))
                    .contains(provider + cloud + "}");
        }
        assertThat(attributes(Usage.NONE)).contains(provider + "anthropic}");
    }

    @Test
    void inputTokensIncludeCachedOnes() {
        assertThat(attributes(new Usage(Usage.Source.EXACT, 3, 7, 40, 500, -1)))
                .contains("gen_ai.usage.input_tokens, value={intValue=543}")
                .contains("gen_ai.usage.cache_read.input_tokens, value={intValue=40}");
    }

    @Test
    void judgementOfTheProviderIsShown() {
        assertThat(attributes(Usage.NONE))
                .contains("gen_ai.response.finish_reasons, value={arrayValue={values=[{stringValue=end_turn}]}}")
                .doesNotContain("provider_verdict");
        assertThat(attributes(Usage.NONE, new ProviderVerdict(ProviderVerdict.Kind.REFUSAL, "bio")))
                .contains("stillgate.provider_verdict, value={stringValue=refusal}")
                .contains("stillgate.provider_verdict_category, value={stringValue=bio}");
    }

    @Test
    @DisplayName("plugins 15: a number of tokens that is not known is left out of a span")
    void anUnknownNumberOfTokensIsLeftOut() {
        assertThat(attributes(new Usage(Usage.Source.ESTIMATED, -1, 7, -1, -1, -1)))
                .contains("gen_ai.usage.output_tokens, value={intValue=7}")
                .doesNotContain("input_tokens", "intValue=-1");
        assertThat(attributes(new Usage(Usage.Source.EXACT, 3, 7, 0, 0, 0)))
                .contains("gen_ai.usage.input_tokens, value={intValue=3}");
    }
}
