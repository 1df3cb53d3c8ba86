package dev.stillgate.proxy.rig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Upstream that speaks OpenAI's Realtime API over WebSocket: it answers each {@code response.create} with one response. */
public final class RealtimeModel {
    public static final String CREATED =
            "{\"type\":\"session.created\",\"session\":{\"id\":\"sess_1\",\"model\":\"gpt-realtime-stub\"}}";
    public static final String DELTA =
            "{\"type\":\"response.output_text.delta\",\"response_id\":\"resp_1\",\"delta\":\"The lamp is lit.\"}";
    public static final String LIMITS = "{\"type\":\"rate_limits.updated\",\"rate_limits\":[]}";

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private RealtimeModel() {}

    /** A frame of a client. */
    public record Frame(int opcode, String text) {}

    /** Returns the event that ends a response. */
    public static String done(int input, int output) {
        return "{\"type\":\"response.done\",\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"usage\":{"
                + "\"total_tokens\":" + (input + output) + ",\"input_tokens\":" + input + ",\"output_tokens\":" + output
                + ",\"input_token_details\":{\"cached_tokens\":2,\"audio_tokens\":3},"
                + "\"output_token_details\":{\"audio_tokens\":4}}}}";
    }

    /** Starts an upstream whose responses cost these tokens. */
    public static UpstreamScript start(int input, int output) {
        return UpstreamScript.of(c -> {
            UpstreamScript.Request request = c.request();
            c.send(switched(request));
            c.send(WebSocketFrames.text(CREATED));
            for (Frame frame = frame(c.in()); frame != null; frame = frame(c.in())) {
                if (frame.opcode() == WebSocketFrames.CLOSE) {
                    c.send(WebSocketFrames.frame(0x80 | WebSocketFrames.CLOSE, new byte[] {3, (byte) 0xe8}));
                    c.close();
                    return;
                }
                if (frame.text().contains("response.create")) {
                    c.send(WebSocketFrames.join(
                            WebSocketFrames.text(DELTA),
                            WebSocketFrames.text(done(input, output)),
                            WebSocketFrames.text(LIMITS)));
                }
            }
        });
    }

    /** Returns the 101 response to a handshake. */
    public static String switched(UpstreamScript.Request request) {
        return "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: "
                + accept(request.values("sec-websocket-key").getFirst()) + "\r\n\r\n";
    }

    /** Returns the value of {@code Sec-WebSocket-Accept} for a key. */
    public static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a frame, masked or not; null at the end of the connection. */
    public static Frame frame(InputStream in) throws IOException {
        int first = in.read();
        int second = in.read();
        if (second < 0) {
            return null;
        }
        int code = second & 0x7f;
        long length = code;
        if (code > 125) {
            length = 0;
            for (int i = code == 126 ? 2 : 8; i > 0; i--) {
                length = length << 8 | in.read();
            }
        }
        byte[] mask = second < 0x80 ? new byte[4] : in.readNBytes(4);
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new Frame(first & 15, new String(payload, StandardCharsets.UTF_8));
    }
}
