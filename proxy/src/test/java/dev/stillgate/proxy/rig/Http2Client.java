package dev.stillgate.proxy.rig;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP/2 client for tests that sends any frames, valid or not, and uses no HTTP/2 library. Its field sections are plain
 * literals, and it decodes only those of the gateway.
 */
public final class Http2Client implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;
    public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final DataInputStream in;

    /** A received frame. */
    public record Frame(int type, int flags, int stream, byte[] payload) {
        public boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** Returns the error code of RST_STREAM or GOAWAY. */
        public int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /**
     * The outcome of a stream.
     *
     * @param head one field per line, {@code name: value}, the status first
     * @param ended whether END_STREAM was received
     * @param reset the code of RST_STREAM, -1 if none was received
     */
    public record Response(List<String> head, byte[] content, boolean ended, int reset) {
        public int status() {
            return head.isEmpty()
                    ? 0
                    : Integer.parseInt(head.getFirst().substring(head.getFirst().lastIndexOf(' ') + 1));
        }

        public String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        public List<String> values(String name) {
            return head.stream()
                    .filter(line -> line.startsWith(name + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .toList();
        }
    }

    /** Creates a client that has sent the preface and empty SETTINGS. */
    public Http2Client(int port) {
        this(plain(port));
        send(PREFACE);
        frame(SETTINGS, 0, 0);
    }

    /** Creates a client on a connected socket that has sent nothing. */
    public Http2Client(Socket socket) {
        this.socket = socket;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) GatewayRig.SOON.toMillis());
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket plain(int port) {
        try {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates a client that has sent nothing. */
    public static Http2Client silent(int port) {
        return new Http2Client(plain(port));
    }

    public Http2Client send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes; returns whether the gateway accepted them. */
    public boolean offer(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    public static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    public Http2Client frame(int type, int flags, int stream, byte... payload) {
        return send(bytes(type, flags, stream, payload));
    }

    /** Sends one setting. */
    public Http2Client setting(int id, int value) {
        return frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) id).putInt(value).array());
    }

    public Http2Client number(int type, int stream, int value) {
        return frame(type, 0, stream, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** Returns a field section of literals, from alternating names and values. */
    public static byte[] section(String... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            out.write(0);
            string(out, fields[i]);
            string(out, fields[i + 1]);
        }
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            out.write(bytes.length);
        } else {
            out.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                out.write(rest & 127 | 128);
                rest >>>= 7;
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    /** Returns the fields of a request, with more at its end. */
    public static String[] fields(String method, String path, String... more) {
        List<String> all = new ArrayList<>(
                List.of(":method", method, ":scheme", "http", ":authority", "gateway.example", ":path", path));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    /** Sends a request without content. */
    public Http2Client get(int stream, String path, String... more) {
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, section(fields("GET", path, more)));
    }

    /** Sends a request with Content-Length and content in one frame. */
    public Http2Client post(int stream, String path, String content, String... more) {
        List<String> fields = new ArrayList<>(List.of(
                "content-type",
                "application/json",
                "content-length",
                Integer.toString(content.length()),
                "x-api-key",
                "k"));
        fields.addAll(List.of(more));
        frame(HEADERS, END_HEADERS, stream, section(fields("POST", path, fields.toArray(new String[0]))));
        return frame(DATA, END_STREAM, stream, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads bytes outside of any frame. */
    byte[] raw(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    /** Reads one frame; null at the end of the connection. */
    public Frame read() {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[length];
            in.readFully(payload);
            return new Frame(type, flags, stream, payload);
        } catch (EOFException end) {
            return null;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no frame came", e);
        } catch (IOException reset) {
            return null;
        }
    }

    /** Reads up to a frame of this type; null if the connection ends before. */
    public Frame readUntil(int type) {
        Frame frame = read();
        while (frame != null && frame.type() != type) {
            frame = read();
        }
        return frame;
    }

    /** Reads up to the end of the connection and returns all frames. */
    public List<Frame> rest() {
        List<Frame> all = new ArrayList<>();
        for (Frame frame = read(); frame != null; frame = read()) {
            all.add(frame);
        }
        return all;
    }

    /** Reads up to the end of a stream; frames of other streams and interim responses are skipped. */
    public Response answer(int stream) {
        List<String> head = new ArrayList<>();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.stream() != stream) {
                continue;
            }
            switch (frame.type()) {
                case HEADERS -> head = decode(frame.payload());
                case DATA -> content.writeBytes(frame.payload());
                case RST_STREAM -> {
                    return new Response(head, content.toByteArray(), false, frame.error());
                }
                default -> {}
            }
            if (frame.ends()) {
                return new Response(head, content.toByteArray(), true, -1);
            }
        }
        return new Response(head, content.toByteArray(), false, -1);
    }

    /** Decodes a field section written by the gateway. */
    public static List<String> decode(byte[] section) {
        List<String> all = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(section);
        while (in.hasRemaining()) {
            int first = in.get() & 0xff;
            if (first == 0x88) {
                all.add(":status: 200");
            } else if (first == 0x08) {
                all.add(":status: " + string(in));
            } else if (first == 0x82 || first == 0x83) {
                all.add(":method: " + (first == 0x82 ? "GET" : "POST"));
            } else if (first == 0x86 || first == 0x87) {
                all.add(":scheme: " + (first == 0x86 ? "http" : "https"));
            } else if (first == 0x01 || first == 0x02 || first == 0x04) {
                all.add((first == 1 ? ":authority: " : first == 2 ? ":method: " : ":path: ") + string(in));
            } else if (first == 0 || first == 0x10) {
                all.add(string(in) + ": " + string(in));
            } else if (first != 0x20) {
                throw new AssertionError("not how the gateway writes: " + first);
            }
        }
        return all;
    }

    private static String string(ByteBuffer in) {
        int length = in.get() & 0xff;
        if (length == 127) {
            int shift = 0;
            int b;
            do {
                b = in.get() & 0xff;
                length += (b & 127) << shift;
                shift += 7;
            } while ((b & 128) != 0);
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Closes with a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the socket, with FIN if all input was read. */
    public void leave() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        leave();
    }
}
