package dev.stillgate.proxy.rig;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Scripted HTTP/2 upstream that sends any frames, valid or not, and records the frames it receives. */
public final class Http2UpstreamScript implements AutoCloseable {
    private final ServerSocket socket;
    private final Script script;
    private final Wrapping wrapping;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    /** Script of a connection. */
    @FunctionalInterface
    public interface Script {
        void serve(Connection connection) throws IOException, InterruptedException;
    }

    /** Wraps an accepted socket, for example in TLS. */
    @FunctionalInterface
    public interface Wrapping {
        Socket wrap(Socket socket) throws IOException;
    }

    /** A received request, one field per line. */
    public record Request(int stream, List<String> head, byte[] content) {
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

    /** One connection from the gateway. */
    public static final class Connection {
        private final Http2Client wire;
        private final List<Http2Client.Frame> frames = new CopyOnWriteArrayList<>();
        private final Map<Integer, List<String>> heads = new HashMap<>();
        private final Map<Integer, ByteArrayOutputStream> contents = new HashMap<>();
        private final Map<Integer, Long> windows = new HashMap<>();
        private final Map<Integer, Long> sent = new ConcurrentHashMap<>();
        private final int number;
        private volatile boolean ended;
        private boolean granting = true;
        private long window = 65_535;

        private Connection(Socket socket, int number) {
            wire = new Http2Client(socket);
            this.number = number;
        }

        /** Returns the number of the connection, from 0. */
        public int number() {
            return number;
        }

        /** Sends bytes immediately. */
        public Connection raw(List<byte[]> pieces) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            pieces.forEach(all::writeBytes);
            wire.send(all.toByteArray());
            return this;
        }

        /** Reads the preface and sends SETTINGS, from alternating ids and values. */
        public Connection greet(int... settings) throws IOException {
            if (!Arrays.equals(wire.raw(Http2Client.PREFACE.length), Http2Client.PREFACE)) {
                throw new IOException("no preface");
            }
            byte[] payload = new byte[settings.length * 3];
            for (int i = 0; i < settings.length; i += 2) {
                java.nio.ByteBuffer.wrap(payload, i * 3, 6)
                        .putShort((short) settings[i])
                        .putInt(settings[i + 1]);
            }
            return frame(Http2Client.SETTINGS, 0, 0, payload);
        }

        public Connection frame(int type, int flags, int stream, byte... payload) {
            wire.frame(type, flags, stream, payload);
            return this;
        }

        public Connection number(int type, int stream, int value) {
            wire.number(type, stream, value);
            return this;
        }

        /** Sends a field section, from alternating names and values. */
        public Connection head(int stream, boolean end, String... fields) {
            int flags = Http2Client.END_HEADERS | (end ? Http2Client.END_STREAM : 0);
            return frame(Http2Client.HEADERS, flags, stream, Http2Client.section(fields));
        }

        public Connection data(int stream, boolean end, String content) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            return frame(Http2Client.DATA, end ? Http2Client.END_STREAM : 0, stream, bytes);
        }

        /** Sends a JSON response with Content-Length. */
        public Connection json(int stream, String body) {
            head(
                    stream,
                    false,
                    ":status",
                    "200",
                    "content-type",
                    "application/json",
                    "content-length",
                    Integer.toString(body.length()));
            return data(stream, true, body);
        }

        public Connection goAway(int last, int error) {
            return frame(
                    Http2Client.GOAWAY,
                    0,
                    0,
                    java.nio.ByteBuffer.allocate(8).putInt(last).putInt(error).array());
        }

        /** Reads and records one frame; null at the end of the connection. */
        public Http2Client.Frame read() {
            Http2Client.Frame frame = wire.read();
            if (frame == null) {
                ended = true;
                return null;
            }
            frames.add(frame);
            if (frame.type() == Http2Client.HEADERS) {
                heads.put(frame.stream(), Http2Client.decode(frame.payload()));
                contents.put(frame.stream(), new ByteArrayOutputStream());
            } else if (frame.type() == Http2Client.DATA) {
                contents.get(frame.stream()).writeBytes(frame.payload());
                if (granting && frame.payload().length > 0) {
                    number(Http2Client.WINDOW_UPDATE, 0, frame.payload().length);
                    number(Http2Client.WINDOW_UPDATE, frame.stream(), frame.payload().length);
                }
            } else if (frame.type() == Http2Client.WINDOW_UPDATE) {
                int more = java.nio.ByteBuffer.wrap(frame.payload()).getInt();
                if (frame.stream() == 0) {
                    window += more;
                } else {
                    windows.merge(frame.stream(), (long) more, Long::sum);
                }
            }
            return frame;
        }

        /** Reads up to the end of a request; null at the end of the connection. */
        public Request request() {
            for (Http2Client.Frame frame = read(); frame != null; frame = read()) {
                if (frame.ends()) {
                    int id = frame.stream();
                    return new Request(id, heads.get(id), contents.get(id).toByteArray());
                }
            }
            return null;
        }

        /** Returns the request content received so far. */
        public String text(int stream) {
            return contents.get(stream).toString(StandardCharsets.UTF_8);
        }

        /** Reads up to a frame of this type; null at the end of the connection. */
        public Http2Client.Frame readUntil(int type) {
            Http2Client.Frame frame = read();
            while (frame != null && frame.type() != type) {
                frame = read();
            }
            return frame;
        }

        /** Reads up to the end of the connection. */
        public void drain() {
            while (read() != null) {
                // frames are recorded
            }
        }

        /** Responds to every request with the same JSON. */
        public void serveAll() {
            for (Request request = request(); request != null; request = request()) {
                json(request.stream(), UpstreamScript.JSON_BODY);
            }
        }

        public void close() {
            wire.leave();
        }

        public void reset() {
            wire.reset();
        }

        /** Responds to every request with this many bytes, as fast as the gateway's windows allow. */
        public void pour(long each) {
            Map<Integer, Long> left = new HashMap<>();
            while (true) {
                boolean wrote = false;
                for (Map.Entry<Integer, Long> stream : left.entrySet()) {
                    wrote |= pour(stream);
                }
                left.values().removeIf(rest -> rest == 0);
                if (!wrote) {
                    Http2Client.Frame frame = read();
                    if (frame == null) {
                        return;
                    }
                    if (frame.ends()) {
                        head(frame.stream(), false, ":status", "200", "content-length", Long.toString(each));
                        windows.put(frame.stream(), 65_535L);
                        left.put(frame.stream(), each);
                    }
                }
            }
        }

        private boolean pour(Map.Entry<Integer, Long> stream) {
            int id = stream.getKey();
            long room = Math.min(window, windows.get(id));
            int run = (int) Math.min(Math.min(room, 16_384), stream.getValue());
            if (run > 0) {
                stream.setValue(stream.getValue() - run);
                window -= run;
                windows.merge(id, (long) -run, Long::sum);
                sent.merge(id, (long) run, Long::sum);
                frame(Http2Client.DATA, stream.getValue() == 0 ? Http2Client.END_STREAM : 0, id, new byte[run]);
            }
            return run > 0;
        }

        /** Returns the number of content bytes sent on a stream. */
        public long sent(int stream) {
            return sent.getOrDefault(stream, 0L);
        }

        /** Sends no WINDOW_UPDATE from now on. */
        public Connection grantNothing() {
            granting = false;
            return this;
        }

        /** Returns whether the script has seen the gateway close the connection. */
        public boolean isEnded() {
            return ended;
        }

        List<Http2Client.Frame> frames() {
            return List.copyOf(frames);
        }

        public List<Http2Client.Frame> frames(int type) {
            return frames.stream().filter(frame -> frame.type() == type).toList();
        }

        /** Waits for a frame of this type, read by the script. */
        public Http2Client.Frame await(int type) {
            GatewayRig.eventually("a frame of type " + type, () -> !frames(type).isEmpty());
            return frames(type).getFirst();
        }
    }

    private Http2UpstreamScript(Script script, Wrapping wrapping) {
        this.script = script;
        this.wrapping = wrapping;
        try {
            socket = new ServerSocket();
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public static Http2UpstreamScript of(Script script) {
        return new Http2UpstreamScript(script, socket -> socket);
    }

    public static Http2UpstreamScript wrapped(Wrapping wrapping, Script script) {
        return new Http2UpstreamScript(script, wrapping);
    }

    /** Returns an upstream that responds to every request with the same JSON. */
    public static Http2UpstreamScript answering() {
        return of(c -> c.greet().serveAll());
    }

    private void accept() {
        int accepts = 0;
        while (true) {
            Socket accepted;
            try {
                accepted = socket.accept();
            } catch (IOException closed) {
                return;
            }
            int number = accepts++;
            Thread.ofVirtual().start(() -> serve(accepted, number));
        }
    }

    private void serve(Socket accepted, int number) {
        try (accepted) {
            Connection connection = new Connection(wrapping.wrap(accepted), number);
            connections.add(connection);
            script.serve(connection);
            connection.drain();
        } catch (IOException | InterruptedException | UncheckedIOException | AssertionError e) {
            // the recorded frames show the result
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public List<Connection> connections() {
        return List.copyOf(connections);
    }

    /** Waits for the connection with this number, from 0. */
    public Connection connection(int number) {
        GatewayRig.eventually("the upstream has connection " + number, () -> find(number) != null);
        return find(number);
    }

    private Connection find(int number) {
        return connections.stream()
                .filter(connection -> connection.number() == number)
                .findFirst()
                .orElse(null);
    }

    /** Returns the heads of all requests received, in order. */
    public List<List<String>> heads() {
        List<List<String>> all = new ArrayList<>();
        for (Connection connection : connections) {
            connection.frames(Http2Client.HEADERS).forEach(frame -> all.add(Http2Client.decode(frame.payload())));
        }
        return all;
    }

    @Override
    public void close() {
        try {
            socket.close();
            connections.forEach(Connection::close);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
