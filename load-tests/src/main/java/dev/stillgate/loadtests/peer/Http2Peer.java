package dev.stillgate.loadtests.peer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One side of an HTTP/2 connection in clear. It handles flow control and acknowledgements; all other frames are up to
 * the caller. Field sections are literals without a dynamic table (RFC 7541 section 6.2.2); received ones are not
 * decoded. Thread-safe for one reading thread and any number of writing threads.
 */
public final class Http2Peer implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int END_STREAM = 1;
    public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW = 4;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final int MAX_FRAME = 16_384;
    /** How long a peer goes on sending on a stream that was reset, as over a link with such a round trip. */
    private static final long LAG = 300;

    private static final long TIMEOUT = TimeUnit.SECONDS.toMillis(10);

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<Integer, Integer> windows = new HashMap<>();
    private final Map<Integer, Long> resets = new HashMap<>();
    private int window = DEFAULT_WINDOW;
    private int initialWindow = DEFAULT_WINDOW;
    private int withheld;
    private boolean grants = true;
    private boolean closed;

    /** A received frame. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Frame(int type, int flags, int stream, byte[] payload) {
        public boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
    }

    public Http2Peer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    /** Returns the field section of alternating names and values, each of at most 126 bytes. */
    public static byte[] fields(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = namesAndValues[i].getBytes(StandardCharsets.US_ASCII);
            block.write(text.length);
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    public synchronized void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Sends SETTINGS with an initial window size in bytes. */
    public void settings(int initial) throws IOException {
        send(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6)
                        .putShort((short) INITIAL_WINDOW)
                        .putInt(initial)
                        .array());
    }

    public void headers(int stream, byte[] block, boolean end) throws IOException {
        send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block);
    }

    public void reset(int stream, int code) throws IOException {
        send(RST_STREAM, 0, stream, integer(code));
    }

    public void goAway(int lastStream, int code) throws IOException {
        send(
                GOAWAY,
                0,
                0,
                ByteBuffer.allocate(8).putInt(lastStream).putInt(code).array());
    }

    private synchronized void send(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload);
        out.write(frame.array());
    }

    /** Sends content within the flow control windows; returns false after a timeout, a reset, or if the connection closes. */
    public boolean data(int stream, byte[] content, boolean end) throws IOException, InterruptedException {
        int at = 0;
        do {
            int room = take(stream, Math.min(MAX_FRAME, content.length - at));
            if (room < 0) {
                return false;
            }
            byte[] piece = java.util.Arrays.copyOfRange(content, at, at + room);
            at += room;
            send(DATA, end && at == content.length ? END_STREAM : 0, stream, piece);
        } while (at < content.length);
        return true;
    }

    private synchronized int take(int stream, int wanted) throws InterruptedException {
        long until = System.currentTimeMillis() + TIMEOUT;
        while (!closed && System.currentTimeMillis() < resets.getOrDefault(stream, until) + LAG) {
            int room = Math.min(window, windows.getOrDefault(stream, initialWindow));
            int taken = Math.min(wanted, Math.max(0, room));
            if (taken > 0 || wanted == 0) {
                window -= taken;
                windows.put(stream, windows.getOrDefault(stream, initialWindow) - taken);
                return taken;
            }
            long left = until - System.currentTimeMillis();
            if (left <= 0) {
                return -1;
            }
            wait(left);
        }
        return -1;
    }

    /** Switches window updates on or off; on also sends the withheld update of the connection. */
    public void grants(boolean on) throws IOException {
        int owed;
        synchronized (this) {
            grants = on;
            owed = on ? withheld : 0;
            withheld = on ? 0 : withheld;
        }
        if (owed > 0) {
            send(WINDOW_UPDATE, 0, 0, integer(owed));
        }
    }

    /** Sends a window update for a stream. */
    public void grant(int stream, int bytes) throws IOException {
        send(WINDOW_UPDATE, 0, stream, integer(bytes));
    }

    public byte[] readFully(int length) throws IOException {
        return in.readNBytes(length);
    }

    /** Reads a frame; SETTINGS, PING, WINDOW_UPDATE and DATA are also processed. */
    public Frame read() throws IOException {
        int head = in.readInt();
        Frame frame = new Frame(head & 0xff, in.readUnsignedByte(), in.readInt(), in.readNBytes(head >>> 8));
        switch (frame.type) {
            case SETTINGS -> {
                if ((frame.flags & ACK) == 0) {
                    settle(ByteBuffer.wrap(frame.payload));
                    send(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            case PING -> {
                if ((frame.flags & ACK) == 0) {
                    send(PING, ACK, 0, frame.payload);
                }
            }
            case WINDOW_UPDATE ->
                widen(frame.stream, ByteBuffer.wrap(frame.payload).getInt());
            case DATA -> consumed(frame);
            case RST_STREAM -> reset(frame.stream);
            default -> {}
        }
        return frame;
    }

    private synchronized void reset(int stream) {
        resets.put(stream, System.currentTimeMillis());
    }

    private synchronized void settle(ByteBuffer settings) {
        while (settings.remaining() >= 6) {
            int id = settings.getShort();
            int value = settings.getInt();
            if (id == INITIAL_WINDOW) {
                int change = value - initialWindow;
                initialWindow = value;
                windows.replaceAll((stream, room) -> room + change);
            }
        }
        notifyAll();
    }

    private synchronized void widen(int stream, int bytes) {
        if (stream == 0) {
            window += bytes;
        } else {
            windows.merge(stream, initialWindow + bytes, (room, _) -> room + bytes);
        }
        notifyAll();
    }

    private void consumed(Frame frame) throws IOException {
        int length = frame.payload.length;
        boolean grant;
        synchronized (this) {
            grant = grants;
            withheld += grant ? 0 : length;
        }
        if (grant && length > 0) {
            grant(0, length);
            if (!frame.ends()) {
                grant(frame.stream, length);
            }
        }
    }

    /** Closes with RST. */
    public void resetConnection() throws IOException {
        socket.setSoLinger(true, 0);
        close();
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        socket.close();
    }

    private static byte[] integer(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }
}
