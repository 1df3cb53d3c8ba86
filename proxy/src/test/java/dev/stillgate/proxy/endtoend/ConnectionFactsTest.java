package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the connection facts that filters receive, which are the same for all requests of a connection. */
@ExtendWith(NoLeaks.class)
class ConnectionFactsTest {
    private static final String BODY =
            "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

    @TempDir
    private Path directory;

    /** A gateway whose filter records the connection's facts by request id. */
    private GatewayRig rig() throws IOException {
        return GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "telling", """
                        java.util.Map<String, String> seen = new java.util.concurrent.ConcurrentHashMap<>();
                        context.adminView("facts", seen::get);
                        return (RequestFilter) exchange -> {
                            ConnectionFacts facts = exchange.connection();
                            seen.put(exchange.requestId(), facts.http() + " " + facts.preface() + " " + facts.headerOrder());
                            return Verdict.ALLOW;
                        };"""))
                .filters("[{name: t, type: telling}]")
                .start();
    }

    private static String facts(GatewayRig rig, String request) {
        String page;
        try (RawClient client = new RawClient(rig.adminPort())) {
            page = client.send("GET /facts/" + request + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")
                    .answer()
                    .text();
        }
        return page.replaceAll("(?s).*\"t\"\\s*:\\s*\"([^\"]*)\".*", "$1");
    }

    @Test
    void prefaceIsTheSameForEveryRequest() throws Exception {
        try (GatewayRig rig = rig();
                Http2Client client = Http2Client.silent(rig.port())) {
            client.send(Http2Client.PREFACE)
                    .frame(Http2Client.SETTINGS, 0, 0, settings(1, 65536, 4, 131072, 2, 0, 9999, 7))
                    .number(Http2Client.WINDOW_UPDATE, 0, 12_517_377);
            client.post(1, "/v1/messages", BODY, "request-id", "first");
            client.answer(1);
            client.setting(4, 70_000).number(Http2Client.WINDOW_UPDATE, 0, 5);
            client.post(3, "/v1/messages", BODY, "request-id", "second", "x-more", "1");
            client.answer(3);
            assertThat(facts(rig, "first")).startsWith("2 1:65536;4:131072;2:0;9999:7|12517377|msap ");
            assertThat(facts(rig, "second")).isEqualTo(facts(rig, "first"));
        }
    }

    private static byte[] settings(int... idsAndValues) {
        java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(idsAndValues.length * 3);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            all.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
        }
        return all.array();
    }

    @Test
    void fewSettingsMakeAShortPreface() throws Exception {
        try (GatewayRig rig = rig();
                Http2Client client = new Http2Client(rig.port())) {
            client.post(1, "/v1/messages", BODY, "request-id", "bare");
            client.answer(1);
            assertThat(facts(rig, "bare")).startsWith("2 |0|msap ");
        }
    }

    @Test
    void numberOfSettingsIsLimited() throws Exception {
        int[] many = new int[2000];
        java.util.Arrays.setAll(many, i -> i % 2 == 0 ? 1000 + i : i);
        try (GatewayRig rig = rig();
                Http2Client client = Http2Client.silent(rig.port())) {
            client.send(Http2Client.PREFACE).frame(Http2Client.SETTINGS, 0, 0, settings(many));
            client.post(1, "/v1/messages", BODY, "request-id", "many");
            client.answer(1);
            assertThat(facts(rig, "many").split(";")).hasSize(16);
        }
    }

    @Test
    void headerOrderDoesNotDependOnTheRequest() throws Exception {
        String plain = "accept: */*\r\nUser-Agent: a\r\n";
        try (GatewayRig rig = rig()) {
            String first = order(rig, "one", plain);
            assertThat(order(rig, "two", plain + "X-Forwarded-For: 192.0.2.1\r\ntraceparent: 00-1\r\ncookie: a=b\r\n"))
                    .isEqualTo(first);
            assertThat(order(rig, "three", "User-Agent: a\r\naccept: */*\r\n")).isNotEqualTo(first);
            assertThat(order(rig, "four", "Accept: */*\r\nUser-Agent: a\r\n")).isNotEqualTo(first);
            assertThat(order(rig, "five", plain + "x-app: 1\r\n")).isNotEqualTo(first);
            assertThat(order(rig, "six", plain.replace("*/*", "text/plain"))).isEqualTo(first);
        }
    }

    /** Returns the facts of an HTTP/1.1 connection that sent a request with these fields. */
    private static String order(GatewayRig rig, String id, String fields) throws IOException {
        try (RawClient client = new RawClient(rig.port())) {
            client.send("POST /v1/messages HTTP/1.1\r\nhost: gateway.example\r\nrequest-id: " + id + "\r\n" + fields
                    + "content-type: application/json\r\ncontent-length: "
                    + BODY.getBytes(StandardCharsets.UTF_8).length + "\r\nconnection: close\r\n\r\n" + BODY);
            client.rest();
        }
        String facts = facts(rig, id);
        assertThat(facts).startsWith("1.1 null ").doesNotEndWith(" 0");
        return facts;
    }
}
