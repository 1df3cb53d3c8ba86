package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that a gateway with {@code from: unverified} marks accounts of two strata under two keys, and no verified one. */
@ExtendWith(NoLeaks.class)
class StrataTest {
    private static final String PROSE =
            "It is a good idea to look at the figures before you decide, because you do not "
                    + "want to be wrong about them. In order to do this, you need to open the report. It does not take a lot of "
                    + "time. If you are not sure what it means, you cannot decide. However, you should not rely on one table, "
                    + "and I am sure that there is more than one way to look at it, and that is not a bad thing. They will not "
                    + "mind, and it is often the case that they have seen the same thing before. We have seen that people "
                    + "cannot agree on what they would like to know, and it does not matter that they are not sure.";

    private static String id(String credential) {
        byte[] secret = credential.getBytes(StandardCharsets.US_ASCII);
        return new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
    }

    private static String entry(String account, String facts) {
        return "  - {id: %s, keys: [\"%s\"], %s}\n".formatted(account, id("sk-" + account), facts);
    }

    private static String answer(GatewayRig rig, String account) {
        RawClient.Response answer = rig.ask(Requests.chat("authorization: Bearer sk-" + account));
        assertThat(answer.status()).isEqualTo(200);
        return answer.text().replaceAll(".*\"content\":\"([^\"]*)\".*", "$1");
    }

    private static String keys(GatewayRig rig) {
        try (RawClient admin = new RawClient(rig.adminPort())) {
            return admin.send("GET /canary HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
                    .answer()
                    .text();
        }
    }

    @Test
    void accountsOfTwoStrataAreMarkedUnderTwoKeys() {
        String completion =
                "{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + PROSE
                        + "\"},\"finish_reason\":\"stop\"}]}";
        try (UpstreamScript upstream = UpstreamScript.of(connection -> {
                    while (connection.request() != null) {
                        connection.send(UpstreamScript.json(completion));
                    }
                });
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{file: accounts.yaml}")
                        .accountsFile("accounts:\n"
                                + entry("west", "region: EU, tier: free")
                                + entry("east", "region: US, tier: free")
                                + entry("known", "region: EU, tier: free, verified: true"))
                        .filters("[{name: canary, type: canary, config: {from: unverified,"
                                + " strata: {months: 2, regions: [EU, US], tiers: [free]}}}]")
                        .start()) {
            answer(rig, "west");
            answer(rig, "east");
            GatewayRig.eventually("both keys are usable", () -> keys(rig).split("\"usable\":true", -1).length == 4);
            assertThat(keys(rig))
                    .contains("\"stratum:unknown:EU:free/")
                    .contains("\"stratum:unknown:US:free/")
                    .contains("\"global/");
            String west = answer(rig, "west");
            String east = answer(rig, "east");
            assertThat(west).isNotEqualTo(PROSE).isNotEqualTo(east).isEqualTo(answer(rig, "west"));
            assertThat(east).isNotEqualTo(PROSE);
            assertThat(answer(rig, "known")).isEqualTo(PROSE);
        }
    }
}
