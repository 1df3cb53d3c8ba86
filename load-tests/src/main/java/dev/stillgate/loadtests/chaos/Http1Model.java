package dev.stillgate.loadtests.chaos;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 upstream that randomly responds correctly, early, late or never, resets, truncates, stalls and violates the
 * protocol.
 */
final class Http1Model {
    private static final int BACKLOG = 1024;
    private static final int EARLY = 20;

    /** Actions by number; the first eight are correct responses. */
    private static final String[] ACTS = {
        "responds with a length",
        "responds with a length",
        "responds after 103, in chunks, with a trailer",
        "streams",
        "streams",
        "streams",
        "streams",
        "streams",
        "reads slowly, responds, closes",
        "responds, closes later",
        "closes within a stream",
        "resets within a stream",
        "closes within a length",
        "resets before the response",
        "closes before the response",
        "responds late",
        "stalls within a stream",
        "responds with two framings",
        "responds 204 with an event stream type",
        "responds 429 and closes",
        "resets within an upload",
        "responds 413 within an upload, closes",
        "responds 401 within an upload, closes",
        "stalls an upload"
    };

    private final ServerSocket server;
    private final Counters counters;
    private final boolean polite;
    private final ApiResponses dialect;
    private final SplittableRandom random;

    /**
     * Starts a model that listens until the process ends; a polite one only responds correctly, at different speeds.
     */
    static void start(int port, boolean polite, ApiResponses dialect, long seed, Counters counters) throws IOException {
        Thread.ofVirtual().start(new Http1Model(port, polite, dialect, seed, counters)::accept);
    }

    private Http1Model(int port, boolean polite, ApiResponses dialect, long seed, Counters counters)
            throws IOException {
        this.server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        this.polite = polite;
        this.dialect = dialect;
        this.random = new SplittableRandom(seed);
        this.counters = counters;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                SplittableRandom own = random.split();
                Thread.ofVirtual().start(() -> serve(socket, own));
            } catch (IOException e) {
                counters.count("model: accept failed");
            }
        }
    }

    private void serve(Socket socket, SplittableRandom own) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            boolean more = true;
            while (more) {
                Request request = Request.read(in);
                if (request == null) {
                    return;
                }
                more = answer(socket, in, out, request, own);
            }
        } catch (IOException | InterruptedException e) {
            counters.count("model: connection broken");
        }
    }

    /** Responds to one request; returns whether the connection can be reused. */
    private boolean answer(Socket socket, InputStream in, OutputStream out, Request request, SplittableRandom own)
            throws IOException, InterruptedException {
        if (request.upgrade()) {
            SessionModel.serve(socket, in, out, own, counters);
            return false;
        }
        int act = polite ? own.nextInt(8) : own.nextInt(ACTS.length);
        counters.count((polite ? "polite model: " : "model: ") + ACTS[act]);
        if (act >= EARLY) {
            return early(socket, in, out, request, own, act);
        }
        request.readBody(in, act == 8 ? own : null);
        switch (act) {
            case 0, 1 -> whole(out, own, false);
            case 2 -> {
                out.write(ascii("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"));
                whole(out, own, true);
            }
            case 3, 4, 5, 6, 7 -> stream(out, own, Integer.MAX_VALUE);
            case 8, 9 -> {
                whole(out, own, false);
                Thread.sleep(own.nextInt(20));
                return false; // closes an idle connection
            }
            case 10 -> {
                stream(out, own, own.nextInt(40));
                return false; // no last chunk
            }
            case 11 -> {
                stream(out, own, own.nextInt(40));
                reset(socket);
            }
            case 12 -> {
                byte[] body = dialect.json(own);
                out.write(ascii("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length
                        + "\r\n\r\n"));
                out.write(body, 0, own.nextInt(body.length));
                return false;
            }
            case 13 -> reset(socket);
            case 14 -> {
                return false;
            }
            case 15 -> {
                Thread.sleep(own.nextInt(5_000)); // sometimes exceeds the gateway's first-byte timeout
                whole(out, own, false);
            }
            case 16 -> {
                stream(out, own, 3);
                Thread.sleep(own.nextInt(5_000)); // sometimes exceeds the idle timeout
                return false;
            }
            case 17 -> {
                out.write(ascii("HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc"));
                return false;
            }
            case 18 -> {
                out.write(ascii("HTTP/1.1 204 No Content\r\ncontent-type: text/event-stream\r\n\r\n"));
                return true;
            }
            default -> {
                out.write(ascii("HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-type: application/json\r\n"
                        + "connection: close\r\ncontent-length: 2\r\n\r\n{}"));
                return false;
            }
        }
        return true;
    }

    /** Responds or resets before the request body was read. */
    private boolean early(
            Socket socket, InputStream in, OutputStream out, Request request, SplittableRandom own, int act)
            throws IOException, InterruptedException {
        if (act < 23 && own.nextBoolean()) {
            in.readNBytes(own.nextInt(2_000));
        }
        switch (act) {
            case EARLY -> reset(socket);
            case 21 ->
                out.write(ascii("HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"));
            case 22 -> {
                out.write(ascii("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"));
                Thread.sleep(own.nextInt(50));
            }
            default -> {
                Thread.sleep(own.nextInt(500)); // stalls the upload
                request.readBody(in, null);
                whole(out, own, false);
                return false;
            }
        }
        return false;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void whole(OutputStream out, SplittableRandom own, boolean chunked) throws IOException {
        byte[] body = dialect.json(own);
        if (chunked) {
            out.write(ascii("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"));
            chunk(out, body);
            out.write(ascii("0\r\nx-trailer: 1\r\n\r\n"));
        } else {
            out.write(ascii("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length
                    + "\r\n\r\n"));
            out.write(body);
        }
    }

    private void stream(OutputStream out, SplittableRandom own, int most) throws IOException, InterruptedException {
        out.write(ascii("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"));
        int sent = 0;
        boolean slow = own.nextInt(4) == 0;
        for (byte[] event : dialect.events(own)) {
            if (sent++ == most) {
                return;
            }
            if (own.nextInt(10) == 0) {
                int cut = own.nextInt(event.length);
                chunk(out, java.util.Arrays.copyOf(event, Math.max(1, cut)));
                chunk(out, java.util.Arrays.copyOfRange(event, Math.max(1, cut), event.length));
            } else {
                chunk(out, event);
            }
            if (slow) {
                Thread.sleep(own.nextInt(20));
            }
        }
        out.write(ascii("0\r\n\r\n"));
    }

    private static void chunk(OutputStream out, byte[] content) throws IOException {
        if (content.length > 0) {
            byte[] size = ascii(Integer.toHexString(content.length) + "\r\n");
            byte[] all = java.util.Arrays.copyOf(size, size.length + content.length + 2);
            System.arraycopy(content, 0, all, size.length, content.length);
            all[all.length - 2] = '\r';
            all[all.length - 1] = '\n';
            out.write(all);
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The framing of a request body. */
    private record Request(long length, boolean chunked, boolean upgrade) {
        static @Nullable Request read(InputStream in) throws IOException {
            long length = 0;
            boolean chunked = false;
            boolean upgrade = false;
            int lines = 0;
            while (true) {
                String line = line(in);
                if (line == null) {
                    return null;
                }
                if (line.isEmpty()) {
                    return lines == 0 ? null : new Request(length, chunked, upgrade);
                }
                lines++;
                String lower = line.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length: ")) {
                    length = Long.parseLong(lower.substring(16));
                }
                chunked |= lower.equals("transfer-encoding: chunked");
                upgrade |= lower.equals("upgrade: websocket");
            }
        }

        private static @Nullable String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c == '\n') {
                    return line.toString().stripTrailing();
                }
                line.append((char) c);
            }
            return null;
        }

        /** Reads the body; with a random generator, slowly. */
        void readBody(InputStream in, @Nullable SplittableRandom slowly) throws IOException, InterruptedException {
            long left = length;
            while (chunked) {
                String size = line(in);
                if (size == null) {
                    throw new IOException("the body is truncated");
                }
                int bytes = Integer.parseInt(size, 16);
                in.skipNBytes(bytes + 2L);
                if (bytes == 0) {
                    return;
                }
            }
            while (left > 0) {
                int piece = (int) Math.min(left, 8_192);
                in.skipNBytes(piece);
                left -= piece;
                if (slowly != null) {
                    Thread.sleep(slowly.nextInt(5));
                }
            }
        }
    }
}
