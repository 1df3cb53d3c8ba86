package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests responses in the event stream of Amazon Bedrock, which a reader of its own checks. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BedrockStreamTest {
    private static final String PATH = "/model/us.anthropic.claude-x-v1%3A0/invoke-with-response-stream";
    private static final String BODY = "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ntransfer-encoding: chunked\r\n\r\n";
    private static final String TAPPING = "[{name: t, type: tapping}]";
    private static final String START =
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_7\",\"model\":\"claude-x\",\"usage\":{\"input_tokens\":3}}}";
    private static final String BLOCK =
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}";
    private static final String BLOCK_STOP = "{\"type\":\"content_block_stop\",\"index\":0}";
    private static final String USAGE =
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}";
    private static final String STOP = "{\"type\":\"message_stop\"}";
    private static final String[] EVENTS = {
        START, BLOCK, delta("Mix "), delta("lime, x an"), delta("d sand."), BLOCK_STOP, USAGE, STOP
    };

    @TempDir
    private Path directory;

    private Path plugins;

    private static String delta(String text) {
        return "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text
                + "\"}}";
    }

    private static byte[] chunk(String event) {
        String base64 = Base64.getEncoder().encodeToString(event.getBytes(StandardCharsets.UTF_8));
        return frame("event", ":event-type", "chunk", "{\"bytes\":\"" + base64 + "\",\"p\":\"abcd\"}");
    }

    private static byte[] exception() {
        return frame("exception", ":exception-type", "throttlingException", "{\"message\":\"slow\"}");
    }

    private static byte[] frame(String message, String kind, String type, String payload) {
        ByteBuffer headers = ByteBuffer.allocate(512);
        header(headers, kind, type);
        header(headers, ":content-type", "application/json");
        header(headers, ":message-type", message);
        headers.flip();
        byte[] content = payload.getBytes(StandardCharsets.UTF_8);
        int total = 16 + headers.remaining() + content.length;
        ByteBuffer frame = ByteBuffer.allocate(total).putInt(total).putInt(headers.remaining());
        frame.putInt(crc(frame.array(), frame.position()));
        frame.put(headers).put(content);
        return frame.putInt(crc(frame.array(), frame.position())).array();
    }

    private static void header(ByteBuffer out, String name, String value) {
        out.put((byte) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
        out.put((byte) 7).putShort((short) value.length()).put(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static byte[] stream(String... events) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String event : events) {
            all.writeBytes(chunk(event));
        }
        return all.toByteArray();
    }

    private static byte[] join(byte[] a, byte[] b) {
        return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
    }

    /** Returns the events of a stream, and its exceptions by their payload; checks lengths and checksums. */
    private static List<String> events(byte[] stream) throws IOException {
        List<String> events = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(stream);
        while (in.hasRemaining()) {
            int start = in.position();
            int total = in.getInt();
            int headers = in.getInt();
            byte[] frame = new byte[total];
            in.get(start, frame);
            assertThat(in.getInt()).isEqualTo(crc(frame, 8));
            assertThat(ByteBuffer.wrap(frame).getInt(total - 4)).isEqualTo(crc(frame, total - 4));
            String fields = new String(frame, 12, headers, StandardCharsets.US_ASCII);
            String payload = new String(frame, 12 + headers, total - 16 - headers, StandardCharsets.UTF_8);
            JsonNode json = new ObjectMapper().readTree(payload);
            events.add(
                    fields.contains("exception")
                            ? payload
                            : new String(
                                    Base64.getDecoder().decode(json.get("bytes").asText()), StandardCharsets.UTF_8));
            in.position(start + total);
        }
        return events;
    }

    private static String text(List<String> events) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String event : events) {
            text.append(new ObjectMapper().readTree(event).at("/delta/text").asText());
        }
        return text.toString();
    }

    private static RigBuilder to(UpstreamScript upstream) {
        return GatewayRig.with().to(upstream).route("/model/");
    }

    @BeforeEach
    void makePlugins() throws IOException {
        plugins = TestPlugins.tapping(directory);
    }

    private GatewayRig tapping(UpstreamScript upstream) {
        return to(upstream).plugins(plugins).filters(TAPPING).start();
    }

    /** An upstream that sends a stream in chunks of a size, and then ends or cuts the response. */
    private static UpstreamScript sending(byte[] stream, int size, boolean whole) {
        return UpstreamScript.of(connection -> {
            while (connection.request() != null) {
                connection.send(HEAD);
                for (int at = 0; at < stream.length; at += size) {
                    int run = Math.min(size, stream.length - at);
                    connection.send(Integer.toHexString(run) + "\r\n");
                    connection.send(Arrays.copyOfRange(stream, at, at + run));
                    connection.send("\r\n");
                }
                if (whole) {
                    connection.send("0\r\n\r\n");
                } else {
                    connection.close();
                    return;
                }
            }
        });
    }

    private static RawClient.Response ask(GatewayRig rig) {
        return rig.ask(Requests.post(PATH, BODY));
    }

    private static JsonNode logged(GatewayRig rig) throws IOException {
        return new ObjectMapper().readTree(rig.finish().getLast());
    }

    private static void assertMetered(JsonNode line) {
        assertThat(line.path("gen_ai.request.model").asText()).isEqualTo("us.anthropic.claude-x-v1:0");
        assertThat(line.path("gen_ai.response.model").asText()).isEqualTo("claude-x");
        assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(3);
        assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(9);
    }

    @Test
    @DisplayName("engine A1: a Bedrock stream passes as it came, and is metered")
    void streamPassesAndIsMetered() throws IOException {
        byte[] stream = stream(EVENTS);
        for (int size : new int[] {1, 7, 100, stream.length}) {
            try (UpstreamScript upstream = sending(stream, size, true);
                    GatewayRig rig = to(upstream).start()) {
                assertThat(ask(rig).content()).isEqualTo(stream);
                assertMetered(logged(rig));
            }
        }
    }

    @Test
    @DisplayName("engine A1: the prose of a Bedrock stream is edited, and its frames are written anew")
    void proseIsEdited() throws IOException {
        byte[] stream = stream(EVENTS);
        for (int size : new int[] {1, 7, 100, stream.length}) {
            try (UpstreamScript upstream = sending(stream, size, true);
                    GatewayRig rig = tapping(upstream)) {
                List<String> events = events(ask(rig).content());
                assertThat(events).startsWith(START, BLOCK).endsWith(BLOCK_STOP, USAGE, STOP);
                assertThat(text(events)).isEqualTo("Mi[so] lime, [so] and sand.");
                assertMetered(logged(rig));
            }
        }
    }

    @Test
    @DisplayName("engine A1: an exception of Bedrock follows the text before it, also in an edited stream")
    void exceptionPasses() throws IOException {
        byte[] stream = join(stream(START, BLOCK, delta("Mix it")), exception());
        try (UpstreamScript upstream = sending(stream, 50, true);
                GatewayRig rig = to(upstream).start()) {
            assertThat(ask(rig).content()).isEqualTo(stream);
        }
        try (UpstreamScript upstream = sending(stream, 50, true);
                GatewayRig rig = tapping(upstream)) {
            List<String> events = events(ask(rig).content());
            assertThat(events.getLast()).isEqualTo("{\"message\":\"slow\"}");
            assertThat(text(events)).isEqualTo("Mi[so] it");
        }
    }

    @Test
    @DisplayName("engine A1: a Bedrock stream that is cut ends with an exception and is not complete")
    void cutStreamEndsWithAnException() throws IOException {
        byte[] stream = stream(START, BLOCK, delta("Mix it"));
        for (boolean edited : new boolean[] {false, true}) {
            try (UpstreamScript upstream = sending(stream, stream.length, false);
                    GatewayRig rig = edited ? tapping(upstream) : to(upstream).start()) {
                RawClient.Response got = ask(rig);
                assertThat(got.whole()).isFalse();
                List<String> events = events(got.content());
                assertThat(events.getLast()).contains("cut short");
                assertThat(text(events)).isEqualTo(edited ? "Mi[so] it" : "Mix it");
            }
        }
    }

    @Test
    @DisplayName(
            "engine A1: an edited stream that is cut inside a frame ends with an exception, since its frames are whole")
    void editedStreamThatIsCutInsideAFrameEndsWithAnException() throws IOException {
        byte[] part = Arrays.copyOf(chunk(delta(" more")), 40);
        byte[] stream = join(stream(START, BLOCK, delta("Mix it")), part);
        try (UpstreamScript upstream = sending(stream, stream.length, false);
                GatewayRig rig = tapping(upstream)) {
            RawClient.Response got = ask(rig);
            assertThat(got.whole()).isFalse();
            List<String> events = events(got.content());
            assertThat(events.getLast()).contains("cut short");
            assertThat(text(events)).isEqualTo("Mi[so] it");
        }
        try (UpstreamScript upstream = sending(stream, stream.length, false);
                GatewayRig rig = to(upstream).start()) {
            assertThat(ask(rig).content()).isEqualTo(stream);
        }
    }

    @Test
    @DisplayName("engine A1: a broken frame passes with all that follows, and is counted as unreadable")
    void brokenFramePasses() throws IOException {
        byte[] broken = chunk(delta("Mix it"));
        broken[broken.length / 2] ^= 1;
        byte[] stream = join(join(stream(START, BLOCK), broken), stream(delta("Mix"), STOP));
        for (boolean edited : new boolean[] {false, true}) {
            try (UpstreamScript upstream = sending(stream, 64, true);
                    GatewayRig rig = edited ? tapping(upstream) : to(upstream).start()) {
                byte[] got = ask(rig).content();
                byte[] end =
                        Arrays.copyOfRange(got, got.length - stream.length + stream(START, BLOCK).length, got.length);
                assertThat(end).isEqualTo(Arrays.copyOfRange(stream, stream(START, BLOCK).length, stream.length));
                GatewayRig.eventually("counted", () -> rig.metric("stillgate_upstream_unreadable_answers_total") == 1);
            }
        }
    }

    @Test
    @DisplayName("engine A1: the exchange log has the events of a Bedrock stream")
    void streamIsRecorded() throws IOException {
        Path log = directory.resolve("exchanges.jsonl");
        try (UpstreamScript upstream = sending(stream(EVENTS), 64, true);
                GatewayRig rig =
                        to(upstream).record("{path: " + log + ", text: full}").start()) {
            ask(rig);
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 1);
        }
        assertThat(Files.readString(log)).contains("msg_7").contains("lime, x an");
    }
}
