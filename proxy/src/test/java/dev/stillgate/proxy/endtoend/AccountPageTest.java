package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the page of an account that is busy, but is neither listed nor in a cluster. */
@ExtendWith(NoLeaks.class)
class AccountPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIMITS = "{name: limits, type: token-bucket, config: {limits: [{name: requests,"
            + " measure: requests, capacity: 50, refill: 50/1h}]}}";
    private static final String KEY = "x-api-key: sk-busy";

    private static GatewayRig rig(UpstreamScript upstream, String filters) {
        return GatewayRig.with().to(upstream).filters(filters).start();
    }

    private static String busiest(GatewayRig rig) throws IOException {
        return JSON.readTree(rig.admin("GET /top").text())
                .at("/byRequests/0/account")
                .asText();
    }

    private static JsonNode page(GatewayRig rig, String account) throws IOException {
        RawClient.Response answer = rig.admin("GET /accounts/" + account);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return JSON.readTree(answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[" + LIMITS + "]", "[{name: behaviour, type: fingerprint}, " + LIMITS + "]"})
    void firstRequestGivesAnAccountItsPage(String filters) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, filters)) {
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200);
            JsonNode page = page(rig, busiest(rig));
            assertThat(page.get("account").isNull()).isTrue();
            assertThat(page.get("inForce").asText()).isEqualTo("clear");
            assertThat(page.get("trust").asText()).isEqualTo("accepted");
            assertThat(page.at("/recent/requests").asInt()).isEqualTo(1);
            assertThat(page.at("/recent/refused").asInt()).isZero();
            assertThat(page.at("/recent/minutes").asInt()).isEqualTo(5);
        }
    }

    @Test
    void pageShowsTheBucketsOfAnUnlistedAccount() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "[" + LIMITS + "]")) {
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200);
            }
            JsonNode page = page(rig, busiest(rig));
            JsonNode limit = page.at("/filters/limits/limits/0");
            assertThat(limit.get("capacity").asInt()).isEqualTo(50);
            assertThat(limit.get("left").asInt())
                    .as("without the first, provisional request")
                    .isEqualTo(47);
            assertThat(page.at("/recent/requests").asInt()).isEqualTo(4);
        }
    }

    @Test
    void forgedCredentialHasAPageWhileItIsCounted() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n");
                GatewayRig rig = rig(upstream, "[]")) {
            rig.ask(Requests.messages(KEY));
            String account = busiest(rig);
            assertThat(page(rig, account).has("trust")).isFalse();
            rig.ticker().jump(Duration.ofMinutes(6));
            assertThat(rig.admin("GET /accounts/" + account).status()).isEqualTo(404);
        }
    }

    @Test
    void idleAccountIsForgotten() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "[]")) {
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200);
            String account = busiest(rig);
            rig.ticker().jump(Duration.ofDays(29));
            JsonNode idle = page(rig, account);
            assertThat(idle.get("trust").asText()).isEqualTo("accepted");
            assertThat(idle.has("recent")).isFalse();
            rig.ticker().jump(Duration.ofDays(2));
            RawClient.Response forgotten = rig.admin("GET /accounts/" + account);
            assertThat(forgotten.status())
                    .as("a look at the page is no use of the account")
                    .isEqualTo(404);
            assertThat(JSON.readTree(forgotten.text()).get("error").asText())
                    .isEqualTo("no account \"" + account + "\": accounts.yaml does not list it, and no request of it is"
                            + " remembered. Counts of requests are kept for 5 minutes, accepted credentials for 30 idle"
                            + " days, and a filter's data as its policy says");
        }
    }
}
