package dev.stillgate.proxy.rig;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Scripted HTTP/1.1 upstream that sends any bytes. Records every byte received and parses it independently of the
 * gateway.
 */
public final class UpstreamScript implements AutoCloseable {
    public static final String JSON_BODY = "{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":3,\"output_tokens\":7}}";
    public static final String JSON_ANSWER = json(JSON_BODY);

    private final ServerSocket socket;
    private final Script script;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    /** Script of a connection. */
    @FunctionalInterface
    public interface Script {
        void serve(Connection connection) throws IOException, InterruptedException;
    }

    /** A received request. */
    public record Request(String line, List<String> fields, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        /** Returns the values of a field in order. */
        public List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(field -> field.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    /** The input ends within a request. */
    static final class CutShort extends IOException {
        private static final long serialVersionUID = 1L;

        CutShort(String message) {
            super(message);
        }
    }

    /** One connection from the gateway. */
    public static final class Connection {
        private final Socket plain;
        private Socket socket;
        private InputStream in;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile long closedAt;

        private Connection(Socket socket) throws IOException {
            this.plain = socket;
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        private int read() throws IOException {
            int b = in.read();
            if (b >= 0) {
                synchronized (received) {
                    received.write(b);
                }
            }
            return b;
        }

        /** Reads one request; null at the end of the connection. */
        public Request request() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
                int b = read();
                if (b < 0) {
                    if (head.isEmpty()) {
                        return null;
                    }
                    throw new CutShort("the upstream got half a head: " + head);
                }
                head.append((char) b);
            }
            List<String> lines = new ArrayList<>(head.toString().lines().toList());
            lines.removeLast();
            Request bare = new Request(lines.getFirst(), List.copyOf(lines.subList(1, lines.size())), new byte[0]);
            return new Request(bare.line(), bare.fields(), body(bare));
        }

        private byte[] body(Request head) throws IOException {
            List<String> length = head.values("content-length");
            List<String> coding = head.values("transfer-encoding");
            if (length.size() + coding.size() > 1) {
                throw new IOException("the upstream got ambiguous framing: " + head);
            }
            if (!length.isEmpty()) {
                return exactly(Integer.parseInt(length.getFirst()));
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (!coding.isEmpty()) {
                int size;
                do {
                    size = Integer.parseInt(line(), 16);
                    body.write(exactly(size));
                    if (!line().isEmpty()) {
                        throw new IOException("the upstream got a chunk without an end");
                    }
                } while (size > 0);
            }
            return body.toByteArray();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            while (line.length() < 2 || !line.substring(line.length() - 2).equals("\r\n")) {
                int b = read();
                if (b < 0) {
                    throw new CutShort("the upstream got half a line: " + line);
                }
                line.append((char) b);
            }
            return line.substring(0, line.length() - 2);
        }

        private byte[] exactly(int count) throws IOException {
            byte[] bytes = in.readNBytes(count);
            synchronized (received) {
                received.write(bytes, 0, bytes.length);
            }
            if (bytes.length < count) {
                throw new CutShort("the upstream got " + bytes.length + " bytes of " + count);
            }
            return bytes;
        }

        public Connection send(String text) throws IOException {
            return send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        public Connection send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        }

        public void close() throws IOException {
            socket.close();
        }

        /** Shuts down the output; input can still be read. */
        public void half() throws IOException {
            socket.shutdownOutput();
        }

        /** Starts TLS, optionally requesting the gateway's certificate. */
        public SSLSocket secure(SSLContext context, boolean mutual) throws IOException {
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), false);
            secure.setUseClientMode(false);
            secure.setNeedClientAuth(mutual);
            socket = secure;
            in = secure.getInputStream();
            secure.startHandshake();
            return secure;
        }

        /** Closes the socket without close_notify. */
        public void cut() throws IOException {
            plain.close();
        }

        /** Closes with a reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Reads and records all input until the gateway closes. */
        public void drain() throws IOException {
            try {
                byte[] block = new byte[64 * 1024];
                for (int count = in.read(block); count >= 0; count = in.read(block)) {
                    synchronized (received) {
                        received.write(block, 0, count);
                    }
                }
            } catch (IOException reset) {
                // a reset ends the input too
            }
            closedAt = System.nanoTime();
            closed.countDown();
        }

        /** Waits for the gateway to close the connection; returns the time in {@link System#nanoTime}. */
        public long closedAt() throws InterruptedException {
            if (!closed.await(GatewayRig.SOON.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the gateway did not close the upstream's connection");
            }
            return closedAt;
        }

        public boolean isClosed() {
            return closed.getCount() == 0;
        }

        public String received() {
            synchronized (received) {
                return received.toString(StandardCharsets.ISO_8859_1);
            }
        }

        public InputStream in() {
            return in;
        }
    }

    private UpstreamScript(Script script, int receiveBuffer) {
        this.script = script;
        try {
            socket = new ServerSocket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public static UpstreamScript of(Script script) {
        return new UpstreamScript(script, 0);
    }

    /** Returns an upstream with a small receive buffer. */
    public static UpstreamScript narrow(Script script) {
        return new UpstreamScript(script, 8 * 1024);
    }

    /** Returns an upstream that responds to every request with the same bytes. */
    public static UpstreamScript answering(String answer) {
        return of(c -> {
            while (c.request() != null) {
                c.send(answer);
            }
        });
    }

    public static UpstreamScript answering() {
        return answering(JSON_ANSWER);
    }

    public static String json(String body) {
        return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n"
                + body;
    }

    public static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private void accept() {
        while (true) {
            Connection connection;
            try {
                Socket accepted = socket.accept();
                accepted.setTcpNoDelay(true);
                connection = new Connection(accepted);
            } catch (IOException closed) {
                return;
            }
            connections.add(connection);
            Thread.ofVirtual().start(() -> {
                try {
                    script.serve(connection);
                } catch (IOException | InterruptedException e) {
                    // the recorded bytes show the result
                } finally {
                    try {
                        connection.drain();
                        connection.socket.close();
                        connection.plain.close();
                    } catch (IOException e) {
                        // closed already
                    }
                }
            });
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public List<Connection> connections() {
        return List.copyOf(connections);
    }

    /** Waits for the connection with this number, from 0. */
    public Connection connection(int index) {
        GatewayRig.eventually("the upstream has connection " + index, () -> connections.size() > index);
        return connections.get(index);
    }

    /**
     * Parses all complete requests of all connections; one cut off by the end of its connection is omitted.
     *
     * @throws IOException when the bytes are not well-formed requests
     */
    public List<Request> requests() throws IOException {
        List<Request> all = new ArrayList<>();
        for (Connection connection : connections) {
            byte[] bytes = connection.received().getBytes(StandardCharsets.ISO_8859_1);
            Connection again = replay(bytes);
            try {
                for (Request request = again.request(); request != null; request = again.request()) {
                    all.add(request);
                }
            } catch (CutShort brokenOff) {
                continue;
            }
        }
        return all;
    }

    private static Connection replay(byte[] bytes) throws IOException {
        return new Connection(new Socket() {
            @Override
            public InputStream getInputStream() {
                return new java.io.ByteArrayInputStream(bytes);
            }
        });
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Connection connection : connections) {
                connection.socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
