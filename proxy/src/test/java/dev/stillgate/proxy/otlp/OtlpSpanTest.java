package dev.stillgate.proxy.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.net.InetAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OtlpSpanTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static String attributes(Usage usage) {
        return attributes(usage, ProviderVerdict.NONE);
    }

    private static String attributes(Usage usage, ProviderVerdict verdict) {
        AccessRecord exchange = new AccessRecord(
                0,
                1,
                1,
                "r-1",
                "POST",
                "/v1/messages",
                "HTTP/1.1",
                200,
                "served",
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
                "messages",
                "m",
                "m",
                "end_turn",
                verdict,
                true,
                false,
                usage,
                3,
                "9f86d081");
        TraceParent parent = TraceParent.of(TRACE);
        assertThat(parent).isNotNull();
        return new OtlpSpan(parent, "00f067aa0ba902b8", exchange).json().toString();
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
