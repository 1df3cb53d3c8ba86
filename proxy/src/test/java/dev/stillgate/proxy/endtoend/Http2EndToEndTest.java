package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests HTTP/2 clients with prior knowledge: requests reach the upstream as HTTP/1.1, and responses arrive on their
 * streams.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2EndToEndTest {
    private static final String PROMPT = Requests.MESSAGES_BODY;
    private static final String SSE =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

    @Test
    void responseArrivesOnItsStream() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            Http2Client.Response got = client.post(1, "/v1/messages", PROMPT).answer(1);
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(got.ended()).isTrue();
            assertThat(got.values("via")).containsExactly("1.1 stillgate");
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.line()).isEqualTo("POST /v1/messages HTTP/1.1");
            assertThat(seen.values("x-forwarded-host")).containsExactly("gateway.example");
            assertThat(seen.values("content-length")).containsExactly(Integer.toString(PROMPT.length()));
            assertThat(seen.text()).isEqualTo(PROMPT);
            assertThat(rig.finish().getFirst()).contains("\"protocol\":\"2\"", "\"outcome\":\"served\"");
        }
    }

    @Test
    void eventStreamPassesAsItArrives() {
        CountDownLatch read = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(SSE + UpstreamScript.chunk("data: 1\n\n"));
            read.await();
            c.send(UpstreamScript.chunk("data: 2\n\n") + "0\r\n\r\n");
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.post(1, "/v1/messages", PROMPT);
            assertThat(Http2Client.decode(client.readUntil(Http2Client.HEADERS).payload()))
                    .contains(":status: 200", "content-type: text/event-stream")
                    .noneMatch(field -> field.startsWith("transfer-encoding"));
            assertThat(new String(client.readUntil(Http2Client.DATA).payload(), StandardCharsets.US_ASCII))
                    .isEqualTo("data: 1\n\n");
            read.countDown();
            Http2Client.Response rest = client.answer(1);
            assertThat(rest.text()).isEqualTo("data: 2\n\n");
            assertThat(rest.ended()).isTrue();
        }
    }

    @Test
    void responsesKeepTheUpstreamsOrder() {
        CountDownLatch later = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                if (r.line().contains("late=1")) {
                    later.await();
                }
                c.send(UpstreamScript.json("{\"for\":\"" + r.line() + "\"}"));
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.get(1, "/v1/models?late=1");
            for (int stream = 3; stream < 120; stream += 2) {
                client.get(stream, "/v1/models?n=" + stream);
            }
            int answered = 0;
            while (answered < 59) {
                Http2Client.Frame frame = client.readUntil(Http2Client.DATA);
                assertThat(frame.stream()).isNotEqualTo(1);
                assertThat(new String(frame.payload(), StandardCharsets.US_ASCII))
                        .contains("n=" + frame.stream() + " ");
                answered++;
            }
            later.countDown();
            assertThat(client.answer(1).text()).contains("late=1");
        }
    }

    @Test
    void largeUploadPassesItsWindows() throws IOException {
        String piece = "0123456789abcdef".repeat(1000);
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = Http2Client.fields("POST", "/v1/blobs/1");
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            long connection = 65_535;
            long stream = 65_535;
            for (int i = 0; i < 40; i++) {
                while (connection < piece.length() || stream < piece.length()) {
                    Http2Client.Frame more = client.readUntil(Http2Client.WINDOW_UPDATE);
                    int increment = java.nio.ByteBuffer.wrap(more.payload()).getInt();
                    connection += more.stream() == 0 ? increment : 0;
                    stream += more.stream() == 1 ? increment : 0;
                }
                byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
                client.frame(Http2Client.DATA, i == 39 ? Http2Client.END_STREAM : 0, 1, bytes);
                connection -= piece.length();
                stream -= piece.length();
            }
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(upstream.requests().getFirst().values("transfer-encoding"))
                    .containsExactly("chunked");
            assertThat(upstream.requests().getFirst().text()).isEqualTo(piece.repeat(40));
        }
    }

    @Test
    void largeBufferedBodyGetsALargerWindow() throws IOException {
        String body = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "word ".repeat(40_000) + "\"}]}";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = Http2Client.fields("POST", "/v1/messages", "content-length", "" + body.length());
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            int open = 0;
            while (open < 2) {
                Http2Client.Frame more = client.readUntil(Http2Client.WINDOW_UPDATE);
                open += java.nio.ByteBuffer.wrap(more.payload()).getInt() > 900_000 ? 1 : 0;
            }
            byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
            for (int at = 0; at < bytes.length; at += 16_000) {
                int end = Math.min(bytes.length, at + 16_000);
                client.frame(
                        Http2Client.DATA,
                        end == bytes.length ? Http2Client.END_STREAM : 0,
                        1,
                        java.util.Arrays.copyOfRange(bytes, at, end));
            }
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(upstream.requests().getFirst().text()).isEqualTo(body);
        }
    }

    @Test
    void headResponseHasNoContentAndContinueComesFirst() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                        c.send(
                                r.line().startsWith("HEAD")
                                        ? "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"
                                        : UpstreamScript.JSON_ANSWER);
                    }
                });
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            int both = Http2Client.END_HEADERS | Http2Client.END_STREAM;
            client.frame(Http2Client.HEADERS, both, 1, Http2Client.section(Http2Client.fields("HEAD", "/v1/models")));
            Http2Client.Response head = client.answer(1);
            assertThat(head.values("content-length")).containsExactly("99");
            assertThat(head.content()).isEmpty();
            assertThat(head.ended()).isTrue();
            String[] fields = Http2Client.fields("POST", "/v1/messages", "expect", "100-continue");
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 3, Http2Client.section(fields));
            Http2Client.Frame first = client.readUntil(Http2Client.HEADERS);
            assertThat(Http2Client.decode(first.payload())).containsExactly(":status: 100");
            assertThat(first.ends()).isFalse();
            client.frame(Http2Client.DATA, Http2Client.END_STREAM, 3, PROMPT.getBytes(StandardCharsets.US_ASCII));
            assertThat(client.answer(3).text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(upstream.requests().getLast().values("expect")).isEmpty();
        }
    }

    @Test
    void earlyRefusalIsCompleteAndStopsTheUpload() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).limits("{body: 10KiB}").start();
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = Http2Client.fields("POST", "/v1/messages", "content-length", "99999");
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            Http2Client.Response got = client.answer(1);
            assertThat(got.status()).isEqualTo(413);
            assertThat(got.text()).contains("\"type\":\"error\"");
            assertThat(got.ended()).isTrue();
            assertThat(client.readUntil(Http2Client.RST_STREAM).error()).isZero();
            client.frame(Http2Client.DATA, 0, 1, new byte[1000]); // was in transit
            assertThat(client.post(3, "/v1/messages", PROMPT).answer(3).status())
                    .isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    void truncatedResponseResetsTheStream() {
        List<String> answers = List.of(
                "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");
        for (String answer : answers) {
            try (UpstreamScript upstream = UpstreamScript.of(c -> {
                        c.request();
                        c.send(answer).close();
                    });
                    GatewayRig rig = GatewayRig.before(upstream);
                    Http2Client client = new Http2Client(rig.port())) {
                Http2Client.Response got =
                        client.post(1, "/v1/messages", PROMPT).answer(1);
                assertThat(got.status()).isEqualTo(200);
                assertThat(got.text()).isEqualTo("abc");
                assertThat(got.ended()).isFalse();
                assertThat(got.reset()).isEqualTo(2);
                assertThat(rig.finish().getFirst()).contains("\"outcome\":\"truncated\"");
            }
        }
    }

    @Test
    void streamCutBetweenEventsEndsWithAnErrorEvent() {
        String event = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    c.request();
                    c.send(SSE + UpstreamScript.chunk(event)).close();
                });
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            Http2Client.Response got = client.post(1, "/v1/messages", PROMPT).answer(1);
            assertThat(got.text()).startsWith(event + "event: error\ndata: {\"type\":\"error\"");
            assertThat(got.reset()).isEqualTo(2);
        }
    }

    @Test
    void unreachableUpstreamIsReportedInTheProvidersFormat() {
        try (UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::reset);
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            Http2Client.Response got = client.post(1, "/v1/messages", PROMPT).answer(1);
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.text()).contains("\"type\":\"api_error\"");
            assertThat(got.ended()).isTrue();
        }
    }

    @Test
    void prefaceIsRefusedWithoutHttp2() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).http1().start();
                RawClient client = rig.connect()) {
            RawClient.Response got =
                    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").answer();
            assertThat(got.status()).isEqualTo(400);
            assertThat(upstream.requests()).isEmpty();
        }
    }

    @Test
    void upgradeToHttp2IsIgnored() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response got = rig.ask(Requests.messages(
                    "connection: upgrade, http2-settings", "upgrade: h2c", "http2-settings: AAMAAABkAAQAAP__"));
            assertThat(got.status()).isEqualTo(200);
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.values("upgrade")).isEmpty();
            assertThat(seen.values("http2-settings")).isEmpty();
        }
    }

    /** Request heads are reused, but never while their response is awaited or pending. */
    @Test
    void requestsOfManyStreamsAreNotMixedUp() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            for (UpstreamScript.Request asked = c.request(); asked != null; asked = c.request()) {
                c.send(UpstreamScript.json("\"" + asked.values("x-mark").getFirst() + "\""));
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.setting(4, 3); // a window of three bytes: every response waits for more
            int stream = 1;
            for (int round = 0; round < 10; round++) {
                Map<Integer, String> got = new HashMap<>();
                int wanted = 0;
                for (int i = 0; i < 30; i++, stream += 2) {
                    client.get(stream, "/v1/models", "x-mark", "of stream " + stream);
                    if (i % 5 == 0) {
                        client.number(Http2Client.RST_STREAM, stream, 8);
                    } else {
                        wanted++;
                        client.number(Http2Client.WINDOW_UPDATE, stream, 100);
                    }
                }
                while (wanted > 0) {
                    Http2Client.Frame frame = client.read();
                    if (frame.type() == Http2Client.DATA) {
                        got.merge(frame.stream(), new String(frame.payload(), StandardCharsets.UTF_8), String::concat);
                        wanted -= frame.ends() ? 1 : 0;
                    }
                }
                got.forEach((id, text) -> assertThat("\"of stream " + id + "\"").startsWith(text));
                assertThat(got.values().stream().filter(text -> text.endsWith("\"") && text.length() > 3))
                        .hasSizeGreaterThanOrEqualTo(24);
            }
        }
    }

    @Test
    void inputMayArriveByteByByte() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = Http2Client.silent(rig.port())) {
            byte[] settings = Http2Client.bytes(Http2Client.SETTINGS, 0, 0, new byte[0]);
            byte[] get = Http2Client.bytes(
                    Http2Client.HEADERS, 5, 1, Http2Client.section(Http2Client.fields("GET", "/v1/models")));
            for (byte[] part : List.of(Http2Client.PREFACE, settings, get)) {
                for (byte b : part) {
                    client.send(new byte[] {b});
                }
            }
            assertThat(client.answer(1).text()).isEqualTo(UpstreamScript.JSON_BODY);
        }
    }
}
