package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that the provider's own judgement reaches log, metrics and pages, and that the client gets it unchanged. */
@ExtendWith(NoLeaks.class)
class ProviderVerdictEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REFUSAL = "{\"id\":\"msg_1\",\"model\":\"claude-a\",\"content\":[],\"stop_reason\":"
            + "\"refusal\",\"stop_details\":{\"type\":\"refusal\",\"category\":\"reasoning_extraction\"},\"usage\":"
            + "{\"input_tokens\":3,\"output_tokens\":7}}";

    @Test
    void refusalIsLoggedCountedAndShown() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(REFUSAL));
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .filters("[{name: behaviour, type: fingerprint}]")
                        .start()) {
            assertThat(rig.ask(Requests.messages("x-api-key: sk-1")).text()).isEqualTo(REFUSAL);
            assertThat(rig.ask(Requests.messages("x-api-key: sk-1")).status()).isEqualTo(200);
            assertThat(rig.metric(
                            "stillgate_provider_verdicts_total",
                            "operation=\"messages\"",
                            "verdict=\"refusal\"",
                            "category=\"reasoning_extraction\""))
                    .isEqualTo(2);
            JsonNode top = JSON.readTree(rig.admin("GET /top").text()).at("/byRequests/0");
            assertThat(top.get("refusedByProvider").asInt()).isEqualTo(2);
            assertThat(top.get("refused").asInt()).isZero();
            String page = "GET /accounts/" + top.get("account").asText();
            GatewayRig.eventually("the share is shown", () -> share(rig, page) > 0.5);
            assertThat(rig.finish())
                    .allMatch(line -> line.contains("\"outcome\":\"served\"")
                            && line.contains("\"gen_ai.response.finish_reasons\":[\"refusal\"]")
                            && line.contains("\"provider_verdict\":\"refusal\"")
                            && line.contains("\"provider_verdict_category\":\"reasoning_extraction\""));
        }
    }

    private static double share(GatewayRig rig, String page) {
        try {
            return JSON.readTree(rig.admin(page).text())
                    .at("/filters/behaviour/refusedByProvider")
                    .asDouble();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void unknownCategorySharesASeries() throws IOException {
        String other = REFUSAL.replace("reasoning_extraction", "quantum");
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(other));
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.messages("x-api-key: sk-1"));
            assertThat(rig.metric("stillgate_provider_verdicts_total", "category=\"other\""))
                    .isEqualTo(1);
            assertThat(rig.scrape()).doesNotContain("quantum");
            assertThat(rig.finish()).singleElement().asString().contains("\"provider_verdict_category\":\"quantum\"");
        }
    }
}
