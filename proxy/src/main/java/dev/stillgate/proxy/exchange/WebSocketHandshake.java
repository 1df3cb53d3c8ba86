package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Header;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The opening handshake of WebSocket, of a server and of a client (RFC 6455 section 4). */
final class WebSocketHandshake {
    static final SecureRandom RANDOM = new SecureRandom();

    private static final String KEY = "sec-websocket-key";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    /** Fields that the requests on a connection do not have in common with its handshake. */
    private static final Set<String> OWN_FIELDS = Set.of(
            "connection",
            "upgrade",
            "content-type",
            "content-length",
            "content-encoding",
            "x-request-id",
            "accept-encoding");

    /** Fields of a request that its handshake does not have. */
    private static final Set<String> BODY_FIELDS = Set.of("content-type", "content-length", "accept-encoding");

    private WebSocketHandshake() {}

    /** Returns whether a request has a key and the version of the protocol. */
    static boolean isValid(Http1Head head) {
        String key = head.first(KEY);
        try {
            return "13".equals(head.first("sec-websocket-version"))
                    && key != null
                    && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** Returns the field that accepts the key of a valid request. */
    static Header acceptance(Http1Head head) {
        return new Header("sec-websocket-accept", accept(String.valueOf(head.first(KEY))));
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a key for a request. */
    static String newKey() {
        byte[] key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /** Returns whether a 101 response accepts the key, without an extension or a subprotocol. */
    static boolean isAccepted(Http1Head answer, @Nullable String key) {
        return key != null
                && answer.countOf(KnownHeader.UPGRADE) == 1
                && answer.valueIs(answer.find(KnownHeader.UPGRADE), UpgradeField.WEBSOCKET)
                && accept(key).equals(answer.first("sec-websocket-accept"))
                && answer.first(UpgradeField.EXTENSIONS) == null
                && answer.first("sec-websocket-protocol") == null;
    }

    /** Returns the head of the requests that the messages of a connection stand for. */
    static byte[] request(Http1Head handshake) {
        StringBuilder out = new StringBuilder(handshake.length() + 64);
        out.append("POST ").append(handshake.path());
        if (!handshake.query().isEmpty()) {
            out.append('?').append(handshake.query());
        }
        out.append(" HTTP/1.1\r\n");
        for (int i = 0; i < handshake.size(); i++) {
            String name = handshake.name(i).toLowerCase(Locale.ROOT);
            if (!OWN_FIELDS.contains(name) && !name.startsWith("sec-websocket-")) {
                out.append(handshake.name(i))
                        .append(": ")
                        .append(handshake.value(i))
                        .append("\r\n");
            }
        }
        return out.append("content-type: application/json\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns the handshake of an upstream's connection, from the head of the first request. */
    static byte[] ask(String head, String key) {
        StringBuilder out = new StringBuilder(head.length() + 128);
        for (String line : head.split("\r\n", -1)) {
            if (line.isEmpty()) {
                continue; // the end
            }
            if (out.isEmpty()) {
                out.append("GET").append(line, line.indexOf(' '), line.length()).append("\r\n");
            } else if (!BODY_FIELDS.contains(
                    line.substring(0, Math.max(0, line.indexOf(':'))).toLowerCase(Locale.ROOT))) {
                out.append(line).append("\r\n");
            }
        }
        return out.append("connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n")
                .append(KEY)
                .append(": ")
                .append(key)
                .append("\r\n\r\n")
                .toString()
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
