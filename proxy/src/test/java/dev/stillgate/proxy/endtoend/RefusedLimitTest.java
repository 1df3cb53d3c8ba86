package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Refusals of limits as clients get them, whose retries depend on status, code and {@code retry-after}. */
@ExtendWith(NoLeaks.class)
class RefusedLimitTest {
    private static GatewayRig rig(UpstreamScript upstream, String measure, String refill) {
        return GatewayRig.with()
                .to(upstream)
                .filters("[{name: limits, type: token-bucket, config: {limits: [{name: a, measure: " + measure
                        + ", capacity: 1, refill: " + refill + "}]}}]")
                .start();
    }

    /** Returns the first response that is a refusal. */
    private static RawClient.Response refused(GatewayRig rig, String request) throws Exception {
        RawClient.Response answer = rig.ask(request);
        for (int i = 0; i < 8 && answer.status() == 200; i++) {
            answer = rig.ask(request);
        }
        return answer;
    }

    @Test
    void longWaitAtAPathOfOpenAiIsAnExceededQuotaWithoutRetryAfter() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "requests", "1/1h")) {
            String key = "authorization: Bearer sk-1";
            RawClient.Response openAi = refused(rig, Requests.chat(key));
            assertThat(openAi.status()).isEqualTo(429);
            assertThat(openAi.values("retry-after")).isEmpty();
            assertThat(openAi.text()).contains("\"code\":\"insufficient_quota\"", "Please try again in ");
            RawClient.Response anthropic = rig.ask(Requests.messages(key));
            assertThat(anthropic.status()).isEqualTo(429);
            assertThat(anthropic.values("retry-after")).hasSize(1);
        }
    }

    @Test
    void shortWaitHasRetryAfter() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "requests", "1/5m")) {
            RawClient.Response openAi = refused(rig, Requests.chat());
            assertThat(openAi.values("retry-after")).hasSize(1);
            assertThat(openAi.text()).contains("\"code\":\"rate_limit_exceeded\"");
        }
    }

    @Test
    void promptThatCanNeverFitIsTooLongForTheModel() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "input-tokens", "1/1m")) {
            RawClient.Response openAi = rig.ask(Requests.chat());
            assertThat(openAi.status()).isEqualTo(400);
            assertThat(openAi.values("retry-after")).isEmpty();
            assertThat(openAi.text())
                    .contains("\"code\":\"context_length_exceeded\"", "Request too large: limit 4 input");
            RawClient.Response anthropic = rig.ask(Requests.messages());
            assertThat(anthropic.status()).isEqualTo(400);
            assertThat(anthropic.text())
                    .contains("invalid_request_error", "prompt is too long: ", " tokens > 4 maximum");
            assertThat(upstream.requests()).isEmpty();
        }
    }
}
