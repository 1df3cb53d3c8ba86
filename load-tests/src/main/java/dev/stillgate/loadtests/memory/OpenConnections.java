package dev.stillgate.loadtests.memory;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Opens connections that are idle after one response, or streams whose first event has arrived; prints "open" and holds
 * them until its input ends.
 */
public final class OpenConnections {
    private static final int STREAMS_PER_CONNECTION = 100;
    private static final int HEADERS = 1;
    private static final int DATA = 0;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private final int port;
    private final boolean streams;
    private final List<Socket> open = new ArrayList<>();

    private OpenConnections(int port, boolean streams) {
        this.port = port;
        this.streams = streams;
    }

    /** Arguments: port, {@code http1} or {@code http2}, {@code idle} or {@code streams}, number of them. */
    public static void main(String[] args) throws IOException {
        OpenConnections all = new OpenConnections(Integer.parseInt(args[0]), args[2].equals("streams"));
        int count = Integer.parseInt(args[3]);
        if (args[1].equals("http1")) {
            for (int i = 0; i < count; i++) {
                all.http1(i);
            }
        } else {
            int each = all.streams ? STREAMS_PER_CONNECTION : 1;
            for (int i = 0; i < count; i += each) {
                all.http2(i, Math.min(each, count - i));
            }
        }
        System.out.println("open");
        while (System.in.read() >= 0) {} // until the script ends
    }

    private Map<String, String> fields(int account, int length) {
        return Map.of(
                "x-api-key",
                "sk-memory-" + account,
                "content-type",
                "application/json",
                "anthropic-version",
                "2023-06-01",
                "content-length",
                Integer.toString(length),
                "x-stub",
                streams ? "events=100,pace=600000" : "fixed");
    }

    private byte[] body() {
        String stream = streams ? "\"stream\":true," : "";
        String json = "{\"model\":\"stub-1\",\"max_tokens\":100," + stream
                + "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private void http1(int account) throws IOException {
        Socket socket = connect();
        byte[] body = body();
        StringBuilder head = new StringBuilder("POST /v1/messages HTTP/1.1\r\nhost: memory\r\n");
        fields(account, body.length)
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        OutputStream out = socket.getOutputStream();
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        readHttp1(socket);
    }

    /** Reads the response's head and, of a response that ends, its body. */
    private void readHttp1(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        require(head.toString().startsWith("HTTP/1.1 200"), head.toString());
        if (!streams) {
            String lower = head.toString().toLowerCase(Locale.ROOT);
            int length = lower.indexOf("content-length: ") + "content-length: ".length();
            in.readFully(new byte[Integer.parseInt(lower.substring(length, lower.indexOf('\r', length)))]);
        }
    }

    private void http2(int account, int requests) throws IOException {
        Socket socket = connect();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(out, SETTINGS, 0, 0, new byte[0]);
        byte[] body = body();
        for (int i = 0; i < requests; i++) {
            ByteArrayOutputStream section = new ByteArrayOutputStream();
            literal(section, ":method", "POST");
            literal(section, ":scheme", "http");
            literal(section, ":path", "/v1/messages");
            literal(section, ":authority", "memory");
            fields(account + i, body.length).forEach((name, value) -> literal(section, name, value));
            frame(out, HEADERS, END_HEADERS, 2 * i + 1, section.toByteArray());
            frame(out, DATA, END_STREAM, 2 * i + 1, body);
        }
        socket.getOutputStream().write(out.toByteArray());
        readHttp2(socket, requests);
    }

    /** Reads frames until the head of each response, or the end of each that ends, has arrived. */
    private void readHttp2(Socket socket, int responses) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int seen = 0;
        while (seen < responses) {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            in.readInt();
            in.readFully(new byte[length]);
            require(type <= SETTINGS && type != 3, "frame of type " + type); // RST_STREAM is 3, GOAWAY 7
            boolean wanted = streams ? type == HEADERS : (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
            seen += wanted ? 1 : 0;
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        open.add(socket);
        return socket;
    }

    /** Writes a field line without indexing and without Huffman coding (RFC 7541 section 6.2.2). */
    private static void literal(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        out.write(name.length());
        out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        out.write(value.length());
        out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        out.write(payload.length >>> 16);
        out.write(payload.length >>> 8);
        out.write(payload.length);
        out.write(type);
        out.write(flags);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(stream >>> shift);
        }
        out.writeBytes(payload);
    }

    private static void require(boolean good, String found) throws IOException {
        if (!good) {
            throw new IOException("unexpected: " + found);
        }
    }
}
