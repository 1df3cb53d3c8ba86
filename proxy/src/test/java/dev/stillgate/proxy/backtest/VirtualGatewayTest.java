package dev.stillgate.proxy.backtest;

import static dev.stillgate.proxy.backtest.Lines.START;
import static dev.stillgate.proxy.backtest.Lines.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests, accounts and operator's actions of a gateway in virtual time. */
class VirtualGatewayTest extends BacktestRunRig {
    private static final TextVolume SEVEN_FREE = new TextVolume(0, 0, 7);

    private static VirtualResponse offer(VirtualGateway gateway, Lines line) throws BrokenLogException {
        byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
        return gateway.offer(bytes, 0, bytes.length);
    }

    @Test
    void responsesAreThoseOfTheFilters() throws Exception {
        try (VirtualGateway gateway = gateway(SCRIPTED)) {
            assertThat(offer(gateway, line(0, "a"))).isEqualTo(new VirtualResponse.Served(200, SEVEN_FREE));
            assertThat(offer(gateway, line(1, "a").with("status", "500")))
                    .isEqualTo(new VirtualResponse.Served(500, TextVolume.NONE));
            assertThat(offer(gateway, line(2, "a").does("reject")))
                    .isEqualTo(new VirtualResponse.Refused(
                            403, "trial-1", "trial", null, true, new TextVolume(7, 0, 0), false));
            assertThat(offer(gateway, line(3, "a").text("ja4", "bad").text("connection", "k")))
                    .isInstanceOfSatisfying(
                            VirtualResponse.Refused.class,
                            refused -> assertThat(refused.status()).isZero());
            assertThat(offer(gateway, line(4, "a").text("path", "/v2/x")))
                    .isInstanceOfSatisfying(VirtualResponse.Refused.class, refused -> {
                        assertThat(refused.status()).isEqualTo(404);
                        assertThat(refused.filter()).isEqualTo("gateway");
                    });
        }
    }

    @Test
    void bucketsRefillInVirtualTime() throws Exception {
        String limits = "[{name: limits, type: token-bucket, config: {limits: "
                + "[{name: r, measure: requests, capacity: 1, refill: 1/10s}]}}]";
        try (VirtualGateway gateway = gateway(limits)) {
            assertThat(offer(gateway, line(0, "a"))).isInstanceOf(VirtualResponse.Served.class);
            assertThat(offer(gateway, line(4_000, "a")))
                    .isInstanceOfSatisfying(VirtualResponse.Refused.class, refused -> {
                        assertThat(refused.status()).isEqualTo(429);
                        assertThat(refused.retryAfter()).hasSeconds(6);
                        assertThat(refused.refusedForStanding()).isFalse();
                    });
            assertThat(offer(gateway, line(10_000, "a"))).isInstanceOf(VirtualResponse.Served.class);
        }
    }

    @Test
    void budgetOfCostIsChargedByTheLoggedUsage() throws Exception {
        String limits = "[{name: limits, type: token-bucket, config: {prices: {currency: USD, unlisted: {input: 1,"
                + " output: 10000}}, limits: [{name: spend, measure: cost, capacity: 0.05, refill: 0.05/1d}]}}]";
        try (VirtualGateway gateway = gateway(limits)) {
            assertThat(offer(gateway, line(0, "a"))).isInstanceOf(VirtualResponse.Served.class);
            assertThat(offer(gateway, line(4_000, "a")))
                    .as("seven tokens of output cost 0.07")
                    .isInstanceOfSatisfying(VirtualResponse.Refused.class, refused -> {
                        assertThat(refused.status()).isEqualTo(429);
                        assertThat(refused.code()).isEqualTo("spend");
                    });
        }
    }

    @Test
    void standingIsInForceAfterTheAnalysis() throws Exception {
        try (VirtualGateway gateway = gateway(SCRIPTED)) {
            offer(gateway, line(0, "a").does("set a POOLED"));
            assertThat(gateway.standing("a")).isEqualTo(Standing.CLEAR);
            gateway.advance(START + 1_001);
            assertThat(gateway.now()).isEqualTo(START + 1_001);
            assertThat(gateway.standing("a")).isEqualTo(Standing.POOLED);
            assertThat(gateway.account("a").reachedAt(Standing.MARKED)).isEqualTo(START + 1_000);
            assertThat(gateway.account("a").reachedAt(Standing.POOLED)).isEqualTo(START + 1_000);
            assertThat(gateway.account("a").reachedAt(Standing.BLOCKED)).isEqualTo(-1);
        }
    }

    @Test
    void listedAccountIsSeenFromItsNextRequest() throws Exception {
        try (VirtualGateway gateway = gateway(SCRIPTED)) {
            offer(gateway, line(0, "a").does("set a POOLED"));
            gateway.advance(START + 2_000);
            assertThat(gateway.standing("a")).isEqualTo(Standing.POOLED);
            gateway.list(new Account("a", Account.Trust.LISTED, null, null, true, Instant.ofEpochMilli(START)));
            assertThat(gateway.standing("a")).isEqualTo(Standing.MARKED);
            offer(gateway, line(3_000, "a"));
            assertThat(trace(gateway))
                    .contains("request a@0 CLEAR ACCEPTED 1 chat_completions")
                    .contains("request a@3000 MARKED LISTED 2 chat_completions");
        }
    }

    @Test
    void responsesEndInVirtualTime() throws Exception {
        try (VirtualGateway gateway = gateway(SCRIPTED)) {
            offer(gateway, line(0, "a").end(5_000));
            gateway.advance(START + 4_999);
            assertThat(trace(gateway)).doesNotContain("complete a");
            gateway.advance(START + 5_000);
            assertThat(trace(gateway)).contains("complete a@5000 Served 200 7");
        }
    }

    private static String trace(VirtualGateway gateway) {
        StringBuilder trace = new StringBuilder();
        gateway.pages().parts("clusters").forEach((filter, view) -> trace.append(JsonWriter.json(view.all())));
        return trace.toString();
    }

    @Test
    void operatorSeesPagesAndActs() throws Exception {
        try (VirtualGateway gateway = gateway("[{name: behaviour, type: fingerprint}]")) {
            offer(gateway, line(0, "a"));
            gateway.advance(START + 2_000);
            Object page = gateway.pages()
                    .actions("accounts", "standing")
                    .get("behaviour")
                    .perform("a", Map.of("standing", "blocked", "why", "test"));
            gateway.operated();
            JsonNode pinned = new ObjectMapper().readTree(JsonWriter.json(page)).get("pinned");
            assertThat(pinned.get("standing").asText()).isEqualTo("blocked");
            assertThat(offer(gateway, line(2_001, "a")))
                    .isInstanceOfSatisfying(VirtualResponse.Refused.class, refused -> {
                        assertThat(refused.code()).isEqualTo("standing-blocked");
                        assertThat(refused.refusedForStanding()).isTrue();
                    });
        }
    }

    @Test
    void invalidInputIsRefused() throws Exception {
        try (VirtualGateway gateway = gateway(SCRIPTED)) {
            offer(gateway, line(1_000, "a"));
            assertThatThrownBy(() -> offer(gateway, line(999, "a")))
                    .isInstanceOf(BrokenLogException.class)
                    .hasMessage("ts: 1 ms before the current time");
            assertThatThrownBy(() -> gateway.offer(new byte[] {'{'}, 0, 1)).isInstanceOf(BrokenLogException.class);
        }
    }
}
