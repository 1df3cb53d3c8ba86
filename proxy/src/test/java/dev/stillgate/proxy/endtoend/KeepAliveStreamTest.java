package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the comments in event streams whose upstream is silent. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class KeepAliveStreamTest {
    private static final String COMMENT = ": keep-alive\n";
    private static final String SSE = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    private static final String CHUNKED = SSE + "transfer-encoding: chunked\r\n\r\n";
    private static final String LAST = "0\r\n\r\n";
    private static final String START =
            event("message_start", "\"message\":{\"id\":\"msg_7\",\"usage\":{\"input_tokens\":3}}")
                    + event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
    private static final String END = event("content_block_stop", "\"index\":0")
            + event("message_delta", "\"delta\":{},\"usage\":{\"output_tokens\":5}")
            + event("message_stop", "\"x\":1");
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final CountDownLatch go = new CountDownLatch(1);

    private static String event(String type, String more) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + more + "}\n\n";
    }

    private static String delta(String text) {
        return event(
                "content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}");
    }

    /** Sends the first part, and the second when the test lets it. */
    private UpstreamScript pausing(String first, String second) {
        return UpstreamScript.of(c -> {
            c.request();
            c.send(first);
            go.await();
            c.send(second);
        });
    }

    private static RigBuilder rig(UpstreamScript upstream) {
        return GatewayRig.with().to(upstream).routeKeys("keepAlive: 15s");
    }

    private static String chunk(String text) {
        return UpstreamScript.chunk(text);
    }

    private static void assertReads(RawClient client, String text) {
        assertThat(client.read(text.length())).isEqualTo(text);
    }

    @Test
    void silentStreamGetsCommentsBetweenItsEvents() {
        try (UpstreamScript upstream = pausing(CHUNKED + chunk(START), chunk(END) + LAST);
                GatewayRig rig = rig(upstream).timeouts("{idle: 60s}").start();
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.messages()).head();
            assertReads(client, chunk(START));
            for (int i = 0; i < 3; i++) {
                rig.ticker().jump(SILENCE);
                assertReads(client, chunk(COMMENT));
            }
            go.countDown();
            assertReads(client, chunk(END) + LAST);
            assertThat(rig.finish().getFirst())
                    .as("comments count for nothing")
                    .contains(
                            "\"outcome\":\"served\"",
                            "\"gen_ai.usage.output_tokens\":5",
                            "\"bytes_sent\":" + (START.length() + END.length()));
        }
    }

    @Test
    void streamGetsCommentsBeforeItsFirstEvent() {
        try (UpstreamScript upstream = pausing(CHUNKED, chunk(START + END) + LAST);
                GatewayRig rig = rig(upstream).start();
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.messages()).head();
            rig.ticker().jump(SILENCE);
            assertReads(client, chunk(COMMENT));
            go.countDown();
            assertReads(client, chunk(START + END) + LAST);
        }
    }

    @Test
    void streamOfGeminiGetsEventsWithoutText() {
        String event = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Mix\"}]}}]}\n\n";
        try (UpstreamScript upstream = pausing(CHUNKED + chunk(event), chunk(event) + LAST);
                GatewayRig rig = rig(upstream).route("/v1beta/, keepAlive: 15s").start();
                RawClient gemini = rig.connect()) {
            rig.ticker().stop();
            gemini.send(Requests.post(
                            "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
                            "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"))
                    .head();
            assertReads(gemini, chunk(event));
            rig.ticker().jump(SILENCE);
            assertReads(
                    gemini, chunk(event.replace("Mix", "").replace("}]}}]", "}],\"role\":\"model\"},\"index\":0}]")));
            go.countDown();
            assertReads(gemini, chunk(event) + LAST);
        }
    }

    @Test
    void finishedStreamOfGeminiGetsNone() {
        String event =
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Mix\"}]},\"finishReason\":\"STOP\"}]}\n\n";
        try (UpstreamScript upstream = pausing(CHUNKED + chunk(event), LAST);
                GatewayRig rig = rig(upstream).route("/v1beta/, keepAlive: 15s").start();
                RawClient gemini = rig.connect()) {
            rig.ticker().stop();
            gemini.send(Requests.post(
                            "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
                            "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"))
                    .head();
            assertReads(gemini, chunk(event));
            rig.ticker().jump(SILENCE);
            rig.ticker().jump(SILENCE);
            go.countDown();
            assertReads(gemini, LAST);
        }
    }

    /** A JSON array of Gemini has no events; the stream that gets a comment shows that both have been looked at. */
    @Test
    void arrayOfGeminiGetsNone() {
        String type = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        String item = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Mix\"}]}}]}";
        UpstreamScript upstream = UpstreamScript.of(c -> {
            boolean array = c.request().line().contains("/v1beta/");
            c.send(array ? type + chunk("[" + item) : CHUNKED + chunk(START));
            go.await();
            c.send(array ? chunk("]") + LAST : chunk(END) + LAST);
        });
        try (upstream;
                GatewayRig rig = rig(upstream).route("/v1beta/, keepAlive: 15s").start();
                RawClient gemini = rig.connect();
                RawClient other = rig.connect()) {
            rig.ticker().stop();
            gemini.send(Requests.post(
                            "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
                            "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"))
                    .head();
            assertReads(gemini, chunk("[" + item));
            other.send(Requests.messages()).head();
            assertReads(other, chunk(START));
            for (int i = 0; i < 2; i++) {
                rig.ticker().jump(SILENCE);
                assertReads(other, chunk(COMMENT));
            }
            go.countDown();
            assertReads(gemini, chunk("]") + LAST);
        }
    }

    @Test
    void idleTimeoutStillApplies() {
        try (UpstreamScript upstream = pausing(CHUNKED + chunk(START), "");
                GatewayRig rig = rig(upstream).timeouts("{idle: 40s}").start();
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.messages()).head();
            assertReads(client, chunk(START));
            rig.ticker().jump(SILENCE);
            assertReads(client, chunk(COMMENT));
            rig.ticker().jump(SILENCE.multipliedBy(2));
            assertThat(client.rest()).contains("event: error");
            assertThat(rig.reason("idle-timeout")).isEqualTo(1);
            go.countDown();
        }
    }

    @Test
    void editedStreamGetsCommentsWhileTextIsHeld(@TempDir Path directory) throws IOException {
        try (UpstreamScript upstream =
                        pausing(CHUNKED + chunk(START + delta("Mix ")), chunk(delta("lime.") + END) + LAST);
                GatewayRig rig = rig(upstream)
                        .plugins(TestPlugins.tapping(directory))
                        .filters("[{name: t, type: tapping}]")
                        .start();
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.in().mark(64 * 1024);
            client.send(Requests.messages()).head();
            assertReads(client, chunk(START + delta("Mi")));
            rig.ticker().jump(SILENCE);
            assertReads(client, chunk(COMMENT));
            go.countDown();
            client.in().reset();
            assertThat(client.answer().text())
                    .isEqualTo(START + delta("Mi") + COMMENT + delta("[so] lim") + delta("e.") + END);
        }
    }

    @Test
    void streamWithoutItsUsageEventGetsComments(@TempDir Path directory) throws IOException {
        String content = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n";
        String usage =
                "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
        String done = "data: [DONE]\n\n";
        try (UpstreamScript upstream = pausing(CHUNKED + chunk(content), chunk(usage + done) + LAST);
                GatewayRig rig = rig(upstream)
                        .plugins(TestPlugins.metering(directory))
                        .filters("[{name: m, type: metering}]")
                        .start();
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.post("/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[]}"))
                    .head();
            assertReads(client, chunk(content));
            rig.ticker().jump(SILENCE);
            assertReads(client, chunk(COMMENT));
            go.countDown();
            assertReads(client, chunk(done) + LAST);
        }
    }

    @Test
    void http2StreamGetsComments() {
        try (UpstreamScript upstream = pausing(CHUNKED + chunk(START), chunk(END) + LAST);
                GatewayRig rig = rig(upstream).start();
                Http2Client client = new Http2Client(rig.port())) {
            rig.ticker().stop();
            client.post(1, "/v1/messages", Requests.MESSAGES_BODY);
            assertThat(text(client)).isEqualTo(START);
            rig.ticker().jump(SILENCE);
            assertThat(text(client)).isEqualTo(COMMENT);
            go.countDown();
            assertThat(text(client)).isEqualTo(END);
        }
    }

    private static String text(Http2Client client) {
        return new String(client.readUntil(Http2Client.DATA).payload(), StandardCharsets.UTF_8);
    }

    /** A response that gets no comment: its path, and what the upstream sends before and after the silence. */
    private record Quiet(String what, String path, String first, String second) {}

    private static List<Quiet> quiet() {
        String half = delta("half of an event").substring(0, 40);
        String rest = delta("half of an event").substring(40);
        String size = Integer.toHexString((START + END).length()) + "\r\n";
        return List.of(
                new Quiet("inside an event", "/v1/messages", CHUNKED + chunk(START + half), chunk(rest + END) + LAST),
                new Quiet(
                        "inside a comment",
                        "/v1/messages",
                        CHUNKED + chunk(START + ": pi"),
                        chunk("ng\n\n" + END) + LAST),
                new Quiet("inside a chunk", "/v1/messages", CHUNKED + size + START, END + "\r\n" + LAST),
                new Quiet(
                        "with a length",
                        "/v1/messages",
                        SSE + "content-length: " + (START + END).length() + "\r\n\r\n" + START,
                        END),
                new Quiet(
                        "with a coding",
                        "/v1/messages",
                        SSE + "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n" + chunk("ab"),
                        chunk("cd") + LAST),
                new Quiet(
                        "a document",
                        "/v1/messages",
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                                + chunk("{"),
                        chunk("}") + LAST),
                new Quiet("unread", "/v1/blobs/1", CHUNKED + chunk(START), chunk(END) + LAST),
                new Quiet("without the setting", "/v1/chat/completions", CHUNKED + chunk(START), chunk(END) + LAST));
    }

    /**
     * The stream at the front gets a comment each second of real time at the latest, and so does any other that is due:
     * between its first and its second comment all others have been looked at.
     */
    @Test
    void otherResponsesGetNone() {
        List<Quiet> cases = quiet();
        UpstreamScript upstream = UpstreamScript.of(c -> {
            String id = c.request().values("x-case").getFirst();
            Quiet quiet = id.equals("front") ? null : cases.get(Integer.parseInt(id));
            c.send(quiet == null ? CHUNKED + chunk(START) : quiet.first);
            go.await();
            c.send(quiet == null ? chunk(END) + LAST : quiet.second);
        });
        List<RawClient> clients = new ArrayList<>();
        try (upstream;
                GatewayRig rig = rig(upstream)
                        .timeouts("{idle: off}")
                        .route("/v1/chat/completions")
                        .start();
                RawClient front = rig.connect()) {
            rig.ticker().stop();
            for (int i = 0; i < cases.size(); i++) {
                RawClient client = rig.connect();
                clients.add(client);
                client.in().mark(64 * 1024);
                client.send(Requests.post(cases.get(i).path, Requests.MESSAGES_BODY, "x-case: " + i))
                        .head();
                reset(client);
            }
            front.send(Requests.messages("x-case: front")).head();
            assertReads(front, chunk(START));
            for (int i = 0; i < 2; i++) {
                rig.ticker().jump(SILENCE);
                assertReads(front, chunk(COMMENT));
            }
            go.countDown();
            for (int i = 0; i < cases.size(); i++) {
                assertThat(clients.get(i).answer().text())
                        .as(cases.get(i).what)
                        .isNotEmpty()
                        .doesNotContain("keep-alive");
            }
            assertReads(front, chunk(END) + LAST);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    private static void reset(RawClient client) {
        try {
            client.in().reset();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
