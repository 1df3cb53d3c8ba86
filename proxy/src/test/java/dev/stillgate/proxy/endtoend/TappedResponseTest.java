package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests responses whose prose passes a filter: changed, held, released, cut or unchanged. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class TappedResponseTest {
    private static final String TAPPING = "[{name: t, type: tapping}]";
    private static final String SSE = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    private static final String CHUNKED = SSE + "transfer-encoding: chunked\r\n\r\n";
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private static final String START =
            event("message_start", "\"message\":{\"id\":\"msg_7\",\"usage\":{\"input_tokens\":3}}")
                    + event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
    private static final String STOP = event("content_block_stop", "\"index\":0")
            + event("message_delta", "\"delta\":{},\"usage\":{\"output_tokens\":5}");
    private static final String END = event("message_stop", "\"x\":1");
    private static final String MESSAGES = START + delta("Mix ") + delta("lime, x an") + delta("d sand.") + STOP + END;
    private static final String MESSAGES_AFTER =
            START + delta("Mi") + delta("[so] lime, [so] ") + delta("and san") + delta("d.") + STOP + END;
    private static final String MESSAGE =
            "{\"id\":\"msg_8\",\"content\":[{\"type\":\"text\",\"text\":\"Mix it\"},{\"type\":\"tool_use\",\"input\":{\"a\":\"x\"}}],"
                    + "\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}";
    private static final String CHAT = "{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Mix it\"},"
            + "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":9}}";
    private static final String RESPONSE = "{\"id\":\"resp_1\",\"output\":[{\"type\":\"message\",\"content\":["
            + "{\"type\":\"output_text\",\"annotations\":[],\"text\":\"Mix it\"}]}],"
            + "\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}";

    @TempDir
    private Path directory;

    private static String event(String type, String more) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + more + "}\n\n";
    }

    private static String delta(String text) {
        return event(
                "content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}");
    }

    private GatewayRig rig(UpstreamScript upstream, String filters) throws IOException {
        return GatewayRig.with()
                .to(upstream)
                .plugins(TestPlugins.tapping(directory))
                .filters(filters)
                .start();
    }

    /** Returns an admin page; empty if there is none. */
    private static String page(GatewayRig rig, String path) {
        try (InputStream in =
                URI.create("http://127.0.0.1:" + rig.adminPort() + path).toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (FileNotFoundException none) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The upstream's response and the content expected at the client. */
    record Case(String path, String answer, String content) {
        @Override
        public String toString() {
            return path + " " + answer.lines().skip(1).findFirst().orElse("");
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("/v1/messages", UpstreamScript.json(MESSAGE), MESSAGE.replace("Mix", "Mi[so]")),
                new Case("/v1/messages", CHUNKED + UpstreamScript.chunk(MESSAGES) + LAST_CHUNK, MESSAGES_AFTER),
                new Case(
                        "/v1/messages",
                        SSE + "content-length: " + MESSAGES.length() + "\r\n\r\n" + MESSAGES,
                        MESSAGES_AFTER),
                new Case("/v1/chat/completions", UpstreamScript.json(CHAT), CHAT.replace("Mix", "Mi[so]")),
                new Case("/v1/responses", UpstreamScript.json(RESPONSE), RESPONSE.replace("Mix", "Mi[so]")),
                new Case("/v1/responses", UpstreamScript.json("{\"id\":\"r"), "{\"id\":\"r"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void proseIsChangedAndTheRestIsUnchanged(Case c) throws IOException {
        UpstreamScript upstream = UpstreamScript.of(connection -> {
            while (connection.request() != null) {
                connection.send(c.answer);
            }
        });
        try (upstream;
                GatewayRig rig = rig(upstream, TAPPING);
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response answer =
                        client.send(Requests.post(c.path, Requests.CHAT_BODY)).answer();
                assertThat(answer.text()).isEqualTo(c.content);
                assertThat(answer.whole()).isTrue();
                assertThat(answer.has("content-length")).isFalse();
            }
            assertThat(rig.finish())
                    .hasSize(2)
                    .allMatch(line ->
                            line.contains("\"served\"") && line.contains("\"bytes_sent\":" + c.content.length()));
        }
    }

    @Test
    void marksAreThoseOfTheDeliveredText() throws IOException {
        String text = "A long and quiet sentence about mortar, x, that is long enough to be known again. ".repeat(3);
        String answer = START + delta(text) + STOP + END;
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(answer) + LAST_CHUNK);
                GatewayRig rig = rig(upstream, TAPPING)) {
            rig.ask(Requests.messages("request-id: q-1", "x-text: " + text.replace("x", "[so]")));
            GatewayRig.eventually("over", () -> rig.metric("stillgate_exchanges_active") == 0);
            assertThat(page(rig, "/told/q-1")).contains("block answer msg_7 end marks true");
        }
    }

    @Test
    void endWaitsForTheRelease() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(MESSAGES) + LAST_CHUNK);
                GatewayRig rig = rig(upstream, TAPPING);
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.messages("x-tap: hold")).in().mark(64 * 1024);
            client.head();
            client.read(chunked(MESSAGES_AFTER.substring(0, MESSAGES_AFTER.length() - END.length())));
            assertThat(rig.metric("stillgate_exchanges_active")).isEqualTo(1);
            assertThat(page(rig, "/release/it")).contains("true");
            client.in().reset();
            RawClient.Response answer = client.answer();
            assertThat(answer.text()).isEqualTo(MESSAGES_AFTER);
            assertThat(answer.whole()).isTrue();
        }
    }

    @Test
    void jsonDocumentIsHeldAsAWhole() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = rig(upstream, TAPPING);
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.messages("x-tap: hold", "request-id: q-4"));
            GatewayRig.eventually(
                    "the end is held", () -> page(rig, "/told/q-4").contains("end"));
            assertThat(client.in().available()).as("not even the head is sent").isZero();
            assertThat(page(rig, "/release/it")).contains("true");
            client.head();
            String framed = UpstreamScript.chunk(MESSAGE.replace("Mix", "Mi[so]")) + LAST_CHUNK;
            assertThat(client.read(framed.length())).as("one chunk").isEqualTo(framed);
        }
    }

    private static int chunked(String text) {
        return Integer.toHexString(text.length()).length() + 4 + text.length();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void responseEndsWithoutARelease(Case c) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(c.answer);
                GatewayRig rig = rig(upstream, TAPPING);
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.post(c.path, Requests.CHAT_BODY, "request-id: q-3", "x-tap: hold"));
            GatewayRig.eventually(
                    "the end is held", () -> page(rig, "/told/q-3").contains("end"));
            assertThat(rig.metric("stillgate_exchanges_active")).isEqualTo(1);
            rig.ticker().jump(Duration.ofMillis(250));
            RawClient.Response answer = client.answer();
            assertThat(answer.text()).isEqualTo(c.content);
            assertThat(answer.whole()).isTrue();
            assertThat(page(rig, "/release/it")).contains("false");
        }
    }

    @Test
    void disconnectedClientLeavesNothingBehind() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(MESSAGES) + LAST_CHUNK);
                GatewayRig rig = rig(upstream, TAPPING);
                RawClient client = rig.connect()) {
            rig.ticker().stop();
            client.send(Requests.messages("x-tap: hold")).head();
            client.read(chunked(MESSAGES_AFTER.substring(0, MESSAGES_AFTER.length() - END.length())));
            client.reset();
            GatewayRig.eventually("noticed", () -> rig.metric("stillgate_exchanges_active") == 0);
            assertThat(page(rig, "/release/it")).contains("true");
            assertThat(rig.finish().getFirst()).contains("\"gone-streaming\"");
        }
    }

    @Test
    void heldTextIsSentBeforeAnUpstreamFailure() throws IOException {
        String half = START + delta("Mix ");
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(CHUNKED + UpstreamScript.chunk(half));
            c.close();
        });
        try (upstream;
                GatewayRig rig = rig(upstream, TAPPING)) {
            RawClient.Response answer = rig.ask(Requests.messages("x-tap: hold"));
            assertThat(answer.text()).startsWith(START + delta("Mi") + delta("[so] ") + "event: error\n");
            assertThat(answer.whole()).isFalse();
            assertThat(rig.finish().getFirst()).contains("\"truncated\"");
        }
    }

    @Test
    void shadowModeChangesNoByte() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = rig(upstream, "[{name: t, type: tapping, mode: shadow}]")) {
            RawClient.Response answer = rig.ask(Requests.messages("request-id: q-2", "x-tap: hold"));
            assertThat(answer.text()).isEqualTo(MESSAGE);
            assertThat(answer.has("content-length")).isTrue();
            assertThat(page(rig, "/told/q-2")).contains("block TOOL_CALL answer msg_8 end");
            GatewayRig.eventually(
                    "counted",
                    () -> rig.metric("stillgate_filter_decisions_total", "verdict=\"tap\"", "mode=\"shadow\"") == 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"enforce, true", "shadow, false"})
    void filterLearnsAtCompletionWhetherTheAnswerWasMarked(String mode, boolean marked) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = rig(upstream, "[{name: t, type: tapping, mode: " + mode + "}]")) {
            rig.ask(Requests.messages("request-id: q-3", "x-marked: yes"));
            GatewayRig.eventually(
                    "completed", () -> page(rig, "/told/marked-q-3").contains("\"" + marked + "\""));
        }
    }

    @Test
    void failingTapLosesNoText() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(MESSAGES) + LAST_CHUNK);
                GatewayRig rig = rig(upstream, TAPPING)) {
            RawClient.Response answer = rig.ask(Requests.messages("x-tap: throw 10"));
            assertThat(answer.text())
                    .isEqualTo(START + delta("Mi") + delta("x lime, x an") + delta("d sand.") + STOP + END);
            assertThat(answer.whole()).isTrue();
            GatewayRig.eventually(
                    "counted", () -> rig.metric("stillgate_filter_decisions_total", "verdict=\"error\"") == 1);
            assertThat(rig.finish().getFirst()).contains("filter-failed");
        }
    }

    @Test
    void failingMandatoryTapCutsTheResponse() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(CHUNKED + UpstreamScript.chunk(MESSAGES) + LAST_CHUNK);
                GatewayRig rig = rig(upstream, "[{name: t, type: tapping, onError: closed}]")) {
            RawClient.Response answer = rig.ask(Requests.messages("x-tap: throw 10"));
            assertThat(answer.text()).startsWith(START + delta("Mi")).doesNotContain("lime");
            assertThat(answer.whole()).isFalse();
            assertThat(rig.finish().getFirst()).contains("\"truncated\"", "filter-failed");
        }
    }

    @Test
    void encodedResponseIsUnchangedAndCounted() throws IOException {
        String gzip = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n"
                + "content-length: 4\r\n\r\nabcx";
        try (UpstreamScript upstream = UpstreamScript.answering(gzip);
                GatewayRig rig = rig(upstream, TAPPING)) {
            assertThat(rig.ask(Requests.messages()).text()).isEqualTo("abcx");
            GatewayRig.eventually("counted", () -> rig.metric("stillgate_answers_untapped_total") == 1);
        }
    }
}
