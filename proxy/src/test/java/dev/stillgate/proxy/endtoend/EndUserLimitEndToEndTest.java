package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests limits of an account's end users, by each field that names one. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class EndUserLimitEndToEndTest {
    private static final String KEY = "x-api-key: k";
    private static final String LIMIT = "[{name: limits, type: token-bucket, config: {limits: [{name: person, measure:"
            + " requests, scope: [account, end-user], capacity: 2, refill: 2/4m}]%s}}]";

    private static RigBuilder builder(UpstreamScript upstream, String more) {
        byte[] key = "k".getBytes(StandardCharsets.US_ASCII);
        String hash = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(key, 0, key.length);
        return GatewayRig.with()
                .to(upstream)
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n- {id: a-17, keys: [\"" + hash + "\"]}\n")
                .filters(LIMIT.formatted(more));
    }

    private static String body(String path, String field) {
        String prompt = path.endsWith("responses")
                ? "\"input\":\"hi\""
                : "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
        return "{\"model\":\"m-1\"," + prompt + "," + field + "}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/messages | 'metadata':{'user_id':'%s'} | rate_limit_error",
                "/v1/messages | 'metadata':{'user_id':'user_%s_account__session_1'} | rate_limit_error",
                "/v1/chat/completions | 'user':'%s' | rate_limit_exceeded",
                "/v1/chat/completions | 'safety_identifier':'%s','user':'same' | rate_limit_exceeded",
                "/v1/responses | 'safety_identifier':'%s' | rate_limit_exceeded",
                "/v1/responses | 'user':'%s','prompt_cache_key':'same' | rate_limit_exceeded"
            })
    void endUserInTheBodyIsLimited(String path, String field, String error) {
        String json = field.replace('\'', '"');
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder(upstream, "").start();
                RawClient client = rig.connect();
                Http2Client http2 = new Http2Client(rig.port())) {
            String ann = body(path, json.formatted("ann"));
            assertThat(client.send(Requests.post(path, ann, KEY)).answer().status())
                    .isEqualTo(200);
            assertThat(http2.post(1, path, ann).answer(1).status()).isEqualTo(200);
            RawClient.Response refused =
                    client.send(Requests.post(path, ann, KEY)).answer();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text()).contains(error);
            assertThat(refused.values("x-ratelimit-limit-requests")).isEmpty();
            assertThat(http2.post(3, path, ann).answer(3).status()).isEqualTo(429);
            String bob = body(path, json.formatted("bob"));
            assertThat(http2.post(5, path, bob).answer(5).status()).isEqualTo(200);
            List<String> log = rig.finish();
            assertThat(log.get(2))
                    .contains(
                            "\"filter\":\"limits\"",
                            "\"response_code_details\":\"person\"",
                            "end user's limit: 2 requests");
        }
    }

    @Test
    void endUserInAHeaderIsLimitedAcrossAReload() throws ConfigException {
        String header = ", endUsers: {header: x-end-user, maxPerAccount: 2}";
        try (UpstreamScript upstream = UpstreamScript.answering()) {
            RigBuilder builder = builder(upstream, header);
            try (GatewayRig rig = builder.start()) {
                for (int i = 0; i < 2; i++) {
                    assertThat(rig.ask(Requests.messages(KEY, "x-end-user: ann"))
                                    .status())
                            .isEqualTo(200);
                }
                rig.policy(builder.filters(LIMIT.formatted(header + ", headers: off"))
                        .policy());
                rig.reload();
                assertThat(rig.ask(Requests.messages(KEY, "x-end-user: ann")).status())
                        .isEqualTo(429);
                int allowed = 0;
                for (int i = 0; i < 20; i++) {
                    allowed += rig.ask(Requests.messages(KEY, "x-end-user: new-" + i))
                                            .status()
                                    == 200
                            ? 1
                            : 0;
                }
                assertThat(allowed)
                        .as("one with an own bucket, two from the shared one")
                        .isEqualTo(3);
                assertThat(rig.metric("stillgate_token_bucket_users")).isEqualTo(3);
                assertThat(rig.ask(Requests.messages(KEY)).status())
                        .as("not named")
                        .isEqualTo(200);
            }
        }
    }
}
