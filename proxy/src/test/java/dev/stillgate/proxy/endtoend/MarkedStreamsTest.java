package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that marked streams share nothing: two of different strata that arrive in turns on one HTTP/2 connection, and so
 * on one event loop, after others that were reset or broke.
 */
@ExtendWith(NoLeaks.class)
class MarkedStreamsTest {
    private static final String PROSE =
            "It is a good idea to look at the figures before you decide, because you do not "
                    + "want to be wrong about them. In order to do this, you need to open the report. It does not take a lot of "
                    + "time. If you are not sure what it means, you cannot decide. However, you should not rely on one table, "
                    + "and I am sure that there is more than one way to look at it, and that is not a bad thing. They will not "
                    + "mind, and it is often the case that they have seen the same thing before. We have seen that people "
                    + "cannot agree on what they would like to know, and it does not matter that they are not sure.";

    private static final int PIECE = 9;
    private static final String WHOLE = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String STREAM =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static String entry(String account, String region) {
        byte[] secret = ("sk-" + account).getBytes(StandardCharsets.US_ASCII);
        String id = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
        return "  - {id: %s, keys: [\"%s\"], region: %s, tier: free}\n".formatted(account, id, region);
    }

    private static String delta(String text) {
        return UpstreamScript.chunk("data: {\"id\":\"c-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text
                + "\"},\"finish_reason\":null}]}\n\n");
    }

    /** Sends the whole text, or a stream whose pieces wait for those of another. */
    private static void serve(UpstreamScript.Connection connection, CyclicBarrier turns)
            throws java.io.IOException, InterruptedException {
        for (UpstreamScript.Request asked = connection.request(); asked != null; asked = connection.request()) {
            if (asked.text().equals(WHOLE)) {
                connection.send(UpstreamScript.json("{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"" + PROSE + "\"},\"finish_reason\":\"stop\"}]}"));
                continue;
            }
            boolean breaks = asked.line().contains("breaks");
            connection.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
            for (int at = 0; at < PROSE.length(); at += PIECE) {
                if (breaks && at > PROSE.length() / 2) {
                    connection.cut();
                    return;
                }
                if (asked.line().contains("turns")) {
                    await(turns);
                }
                connection.send(delta(PROSE.substring(at, Math.min(PROSE.length(), at + PIECE))));
            }
            connection.send(UpstreamScript.chunk("data: {\"id\":\"c-1\",\"choices\":[{\"index\":0,\"delta\":{},"
                            + "\"finish_reason\":\"stop\"}]}\n\n")
                    + UpstreamScript.chunk("data: [DONE]\n\n") + "0\r\n\r\n");
        }
    }

    private static void await(CyclicBarrier turns) throws InterruptedException {
        try {
            turns.await();
        } catch (BrokenBarrierException e) {
            throw new InterruptedException("the other stream has ended");
        }
    }

    private static String whole(GatewayRig rig, String account) {
        RawClient.Response answer =
                rig.ask(Requests.post("/v1/chat/completions", WHOLE, "authorization: Bearer sk-" + account));
        assertThat(answer.status()).isEqualTo(200);
        return text(answer.text());
    }

    /** Returns the text of a response or of its events. */
    private static String text(String body) {
        StringBuilder text = new StringBuilder();
        for (String part : body.split("\"content\":\"", -1)) {
            text.append(text.isEmpty() && body.startsWith(part) ? "" : part.substring(0, part.indexOf('"')));
        }
        return text.toString();
    }

    private static String keys(GatewayRig rig) {
        try (RawClient admin = new RawClient(rig.adminPort())) {
            return admin.send("GET /canary HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
                    .answer()
                    .text();
        }
    }

    private static void stream(Http2Client client, int stream, String how, String account) {
        client.post(stream, "/v1/chat/completions?" + how, STREAM, "authorization", "Bearer sk-" + account);
    }

    @Test
    void streamsInTurnsAreMarkedAsIfEachWereAlone() {
        CyclicBarrier turns = new CyclicBarrier(2);
        try (UpstreamScript upstream = UpstreamScript.of(connection -> serve(connection, turns));
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{file: accounts.yaml, credential: [bearer]}")
                        .accountsFile("accounts:\n" + entry("west", "EU") + entry("east", "US"))
                        .filters("[{name: canary, type: canary, config: {from: unverified,"
                                + " strata: {months: 2, regions: [EU, US], tiers: [free]}}}]")
                        .start()) {
            whole(rig, "west");
            whole(rig, "east");
            GatewayRig.eventually("both keys are usable", () -> keys(rig).split("\"usable\":true", -1).length == 4);
            String west = whole(rig, "west");
            String east = whole(rig, "east");
            assertThat(west).isNotEqualTo(east).isNotEqualTo(PROSE);
            try (Http2Client client = new Http2Client(rig.port())) {
                stream(client, 1, "breaks", "west");
                assertThat(client.answer(1).ended()).isFalse();
                stream(client, 3, "turns", "west"); // gets nothing: the other party is missing
                client.readUntil(Http2Client.HEADERS);
                client.number(Http2Client.RST_STREAM, 3, 8);
                GatewayRig.eventually("reset", () -> rig.metric("stillgate_exchanges_active") == 0);
                turns.reset();
                stream(client, 5, "turns", "west");
                stream(client, 7, "turns", "east");
                Map<Integer, String> bodies = both(client);
                assertThat(text(bodies.get(5))).isEqualTo(west);
                assertThat(text(bodies.get(7))).isEqualTo(east);
            }
        }
    }

    /** Reads streams 5 and 7 to their ends. */
    private static Map<Integer, String> both(Http2Client client) {
        Map<Integer, String> bodies = new HashMap<>();
        int ended = 0;
        while (ended < 2) {
            Http2Client.Frame frame = client.read();
            if (frame.type() == Http2Client.DATA) {
                bodies.merge(frame.stream(), new String(frame.payload(), StandardCharsets.UTF_8), String::concat);
                client.number(Http2Client.WINDOW_UPDATE, 0, Math.max(1, frame.payload().length));
            }
            ended += frame.ends() ? 1 : 0;
        }
        return bodies;
    }
}
