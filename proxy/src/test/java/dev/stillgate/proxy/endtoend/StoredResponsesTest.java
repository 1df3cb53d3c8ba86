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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that a marked account gets the same marked text on every path that repeats a response, metered.
 */
@ExtendWith(NoLeaks.class)
class StoredResponsesTest {
    private static final String KEY = "authorization: Bearer sk-one";
    private static final String CALLER = "I do not know if it is not a bad idea, because you cannot be sure.";
    private static final String PROSE =
            "It is a good idea to look at the figures before you decide, because you do not "
                    + "want to be wrong about them. In order to do this, you need to open the report. It does not take a lot of "
                    + "time. If you are not sure what it means, you cannot decide. However, you should not rely on one table, "
                    + "and I am sure that there is more than one way to look at it, and that is not a bad thing.";
    private static final String COMPLETION =
            "{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"" + PROSE + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":200,"
                    + "\"completion_tokens\":300}}";
    private static final String MESSAGES =
            "{\"object\":\"list\",\"data\":[{\"id\":\"c-1-0\",\"role\":\"user\",\"content\":\"" + CALLER
                    + "\"},{\"id\":\"c-1-1\",\"role\":\"assistant\",\"content\":\"" + PROSE + "\"}]}";
    private static final String ITEM = "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":["
            + "{\"type\":\"output_text\",\"text\":\"" + PROSE + "\",\"annotations\":[]}]}";
    private static final String RESPONSE =
            "{\"id\":\"resp_1\",\"output\":[" + ITEM + "],\"usage\":{\"input_tokens\":200,\"output_tokens\":300}}";
    private static final String ITEMS =
            "{\"object\":\"list\",\"data\":[" + ITEM + ",{\"id\":\"msg_0\",\"type\":\"message\","
                    + "\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"" + CALLER + "\"}]}]}";

    private static final String UPDATE = Requests.post("/v1/chat/completions/c-1", "{\"metadata\":{\"a\":\"b\"}}", KEY);
    private static final String INPUT_ITEMS = Requests.get("/v1/responses/resp_1/input_items", KEY);

    /** The requests for stored text, with the upstream's responses. */
    private static Map<String, String> answers() {
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put(Requests.chat(KEY), COMPLETION);
        answers.put(Requests.get("/v1/chat/completions/c-1", KEY), COMPLETION);
        answers.put(UPDATE, COMPLETION);
        answers.put(Requests.get("/v1/chat/completions", KEY), "{\"object\":\"list\",\"data\":[" + COMPLETION + "]}");
        answers.put(Requests.get("/v1/chat/completions/c-1/messages", KEY), MESSAGES);
        answers.put(Requests.post("/v1/responses", Requests.CHAT_BODY, KEY), RESPONSE);
        answers.put(Requests.get("/v1/responses/resp_1", KEY), RESPONSE);
        answers.put(Requests.post("/v1/responses/resp_1/cancel", "{}", KEY), RESPONSE);
        answers.put(INPUT_ITEMS, ITEMS);
        return answers;
    }

    private static UpstreamScript upstream() {
        Map<String, String> byLine = new LinkedHashMap<>();
        answers()
                .forEach((request, answer) ->
                        byLine.put(request.lines().findFirst().orElse(""), answer));
        return UpstreamScript.of(connection -> {
            for (UpstreamScript.Request request = connection.request();
                    request != null;
                    request = connection.request()) {
                connection.send(UpstreamScript.json(byLine.getOrDefault(request.line(), "{}")));
            }
        });
    }

    private static GatewayRig marked(UpstreamScript upstream) {
        return pinned(upstream, "marked");
    }

    private static GatewayRig pinned(UpstreamScript upstream, String rung) {
        byte[] secret = "sk-one".getBytes(StandardCharsets.US_ASCII);
        String id = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
        GatewayRig rig = GatewayRig.with()
                .to(upstream)
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + id + "\"]}\n")
                .filters("[{name: behaviour, type: fingerprint, config: {}}, {name: canary, type: canary, config: {}}]")
                .start();
        String standing = "{\"standing\":\"" + rung + "\",\"for\":\"1h\"}";
        try (RawClient admin = new RawClient(rig.adminPort())) {
            String request = "POST /accounts/a-17/standing HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                    + "content-type: application/json\r\ncontent-length: " + standing.length() + "\r\n\r\n" + standing;
            assertThat(admin.send(request).answer().status()).isEqualTo(200);
        }
        return rig;
    }

    private static String prose(RawClient.Response completion) {
        return completion.text().replaceAll(".*\"content\":\"([^\"]*)\".*", "$1");
    }

    @Test
    @DisplayName("engine A1: each path that repeats a response repeats it marked and metered")
    void everyPathIsMarkedAndMetered() {
        List<String> log;
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = marked(upstream)) {
            rig.ask(Requests.chat(KEY));
            GatewayRig.eventually("the key has been derived in the background", () -> {
                try (RawClient admin = new RawClient(rig.adminPort())) {
                    return admin.send("GET /canary HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
                            .answer()
                            .text()
                            .contains("\"usable\":true");
                }
            });
            String prose = null;
            for (Map.Entry<String, String> each : answers().entrySet()) {
                RawClient.Response answer = rig.ask(each.getKey());
                assertThat(answer.status()).as(each.getKey()).isEqualTo(200);
                if (prose == null) {
                    prose = prose(answer);
                    assertThat(prose).isNotEqualTo(PROSE);
                }
                assertThat(answer.text())
                        .as(each.getKey())
                        .isEqualTo(each.getValue().replace(PROSE, prose));
            }
            log = rig.finish();
        }
        assertThat(log)
                .hasSize(1 + answers().size())
                .allSatisfy(line -> assertThat(line).containsPattern("\"gen_ai.usage.output_tokens\":[1-9]"));
        assertThat(log.get(4)).as("a list, engine B4").contains("\"gen_ai.usage.output_tokens\":300");
    }

    @Test
    @DisplayName("engine A1: a pooled account may not read the log-probabilities of a stored response")
    void pooledAccountMayNotProbeStoredResponses() {
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = pinned(upstream, "pooled")) {
            String probing = "/v1/responses/resp_1?include[]=message.output_text.logprobs";
            assertThat(rig.ask(Requests.get(probing, KEY)).status()).isEqualTo(403);
            assertThat(rig.ask(UPDATE).status()).isEqualTo(200);
            assertThat(rig.ask(INPUT_ITEMS).status()).isEqualTo(200);
        }
    }
}
