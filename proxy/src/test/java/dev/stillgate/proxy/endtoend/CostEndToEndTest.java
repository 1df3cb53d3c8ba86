package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests limits of cost on the wire: JSON and streams, both providers, and the account's page. */
@ExtendWith(NoLeaks.class)
class CostEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "x-api-key: sk-test";
    private static final String FILTERS = "[{name: limits, type: token-bucket, config: {"
            + "prices: {currency: USD, models: {m-1: {input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75},"
            + " m-*: {input: 1.25, output: 10}}, unlisted: {input: 15, output: 75}},"
            + " limits: [{name: spend, measure: cost, capacity: 0.50, refill: 0.50/1d}]}}]";
    private static final String MESSAGE = "{\"id\":\"msg_1\",\"model\":\"m-1\",\"usage\":{\"input_tokens\":1000,"
            + "\"cache_read_input_tokens\":20000,\"cache_creation_input_tokens\":4000,\"output_tokens\":2000}}";

    /** 1000 x 3 + 20,000 x 0.3 + 4,000 x 3.75 + 2,000 x 15 millionths. */
    private static final long COST = 3000 + 6000 + 15_000 + 30_000;

    private static final String CHAT = "{\"id\":\"c-1\",\"model\":\"m-2\",\"choices\":[{\"index\":0,"
            + "\"message\":{\"role\":\"assistant\",\"content\":\"x\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":400}}}";

    private static long left(GatewayRig rig) throws IOException {
        String account = JSON.readTree(rig.admin("GET /top").text())
                .at("/byRequests/0/account")
                .asText();
        JsonNode limit =
                JSON.readTree(rig.admin("GET /accounts/" + account).text()).at("/filters/limits/limits/0");
        assertThat(limit.get("measure").asText()).isEqualTo("cost");
        assertThat(limit.get("unit").asText()).isEqualTo("millionths of USD");
        assertThat(limit.get("capacity").asLong()).isEqualTo(500_000);
        return limit.get("left").asLong();
    }

    @Test
    @DisplayName("a budget in money is charged by the usage of each response, and refuses when it is used up")
    void budgetIsChargedByUsageAndRefuses() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = GatewayRig.with().to(upstream).filters(FILTERS).start()) {
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200); // the prefix of its address pays
            int served = 0;
            RawClient.Response last = rig.ask(Requests.messages(KEY));
            while (last.status() == 200) {
                served++;
                assertThat(left(rig))
                        .as("what refills in a minute is below 400")
                        .isBetween(500_000 - served * COST, 500_000 - served * COST + 400);
                last = rig.ask(Requests.messages(KEY));
            }
            assertThat(served)
                    .as("9 x 0.054 leave 0.014, the tenth leaves a debt")
                    .isEqualTo(10);
            assertThat(last.status()).isEqualTo(429);
            assertThat(JSON.readTree(last.text()).at("/error/message").asText())
                    .startsWith("This request would exceed the account's rate limit (0.5 USD, refilled at 0.50/1d).");
            assertThat(Long.parseLong(last.values("retry-after").getFirst())).isGreaterThan(6000);
        }
    }

    @Test
    @DisplayName("cached tokens of OpenAI are part of the prompt, and a prefix names the price")
    void cachedTokensOfOpenAiArePartOfThePrompt() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(CHAT));
                GatewayRig rig = GatewayRig.with().to(upstream).filters(FILTERS).start()) {
            for (int i = 0; i < 2; i++) {
                assertThat(rig.ask(Requests.chat("authorization: Bearer sk-test"))
                                .status())
                        .isEqualTo(200);
            }
            assertThat(left(rig))
                    .as("600 x 1.25, 400 cached without a price of their own, 100 x 10")
                    .isBetween(500_000L - 1250 - 1000, 500_000L - 1250 - 1000 + 400);
        }
    }

    @Test
    @DisplayName("a policy with a limit of cost and without prices for unlisted models is refused at load")
    void policyWithoutPriceOfUnlistedModelsIsRefused() throws IOException, ConfigException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = GatewayRig.with().to(upstream).filters(FILTERS).start()) {
            String text = Files.readString(rig.directory().resolve("policy.yaml"));
            rig.policy(text.replace(", unlisted: {input: 15, output: 75}", ""));
            assertThatThrownBy(rig::reload)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("the key \"unlisted\" is missing");
            rig.policy(text.replace("capacity: 0.50", "capacity: 0.0000005"));
            assertThatThrownBy(rig::reload)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("capacity: expected 0.000001 to 1000000 with at most 6 decimals");
            rig.policy(text);
            rig.reload();
        }
    }
}
