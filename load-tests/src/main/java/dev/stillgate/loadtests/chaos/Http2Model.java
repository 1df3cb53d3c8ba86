package dev.stillgate.loadtests.chaos;

import dev.stillgate.loadtests.peer.Http2Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * HTTP/2 upstream in clear that randomly responds correctly, early, late or never, resets streams, sends GOAWAY and
 * resets connections.
 */
final class Http2Model {
    private static final int BACKLOG = 1024;
    private static final int EARLY = 15;
    private static final int CORRECT = 8;

    /** Actions by number; the first eight are correct responses. */
    private static final String[] ACTS = {
        "responds",
        "responds",
        "responds",
        "responds",
        "streams",
        "streams",
        "streams",
        "streams",
        "resets within a stream",
        "resets before the response",
        "sends GOAWAY, streams, closes",
        "resets the connection within a stream",
        "responds late",
        "responds with trailers",
        "responds after 103",
        "responds 413 within an upload, resets with NO_ERROR",
        "responds 413 within an upload, resets with NO_ERROR",
        "refuses the stream",
        "resets the connection within an upload",
        "stalls an upload, resets"
    };

    private static final byte[] JSON = Http2Peer.fields(":status", "200", "content-type", "application/json");
    private static final byte[] EVENTS = Http2Peer.fields(":status", "200", "content-type", "text/event-stream");
    private static final byte[] TOO_LARGE = Http2Peer.fields(":status", "413", "content-length", "0");

    private final ServerSocket server;
    private final Counters counters;
    private final boolean polite;
    private final SplittableRandom random;

    /**
     * Starts a model that listens until the process ends. A polite one only responds correctly.
     */
    static void start(int port, boolean polite, long seed, Counters counters) throws IOException {
        Thread.ofVirtual().start(new Http2Model(port, polite, seed, counters)::accept);
    }

    private Http2Model(int port, boolean polite, long seed, Counters counters) throws IOException {
        this.server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        this.polite = polite;
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
                counters.count("model/2: accept failed");
            }
        }
    }

    private void serve(Socket socket, SplittableRandom own) {
        try (Http2Peer peer = new Http2Peer(socket)) {
            socket.setTcpNoDelay(true);
            peer.readFully(Http2Peer.PREFACE.length);
            peer.settings(own.nextInt(3) == 0 ? 1_000 : 65_535);
            Map<Integer, Boolean> whole = new ConcurrentHashMap<>();
            while (true) {
                Http2Peer.Frame frame = peer.read();
                if (frame.type() == Http2Peer.HEADERS && whole.putIfAbsent(frame.stream(), false) == null) {
                    SplittableRandom its = own.split();
                    int stream = frame.stream();
                    Thread.ofVirtual().start(() -> answer(peer, stream, whole, its));
                }
                if (frame.ends()) {
                    whole.put(frame.stream(), true);
                }
            }
        } catch (IOException e) {
            counters.count("model/2: connection broken");
        }
    }

    private void answer(Http2Peer peer, int stream, Map<Integer, Boolean> whole, SplittableRandom own) {
        int act = own.nextInt(polite ? CORRECT : ACTS.length);
        counters.count((polite ? "polite model/2: " : "model/2: ") + ACTS[act]);
        try {
            if (act < EARLY) {
                for (int i = 0; i < 1_000 && !whole.getOrDefault(stream, false); i++) {
                    Thread.sleep(5);
                }
            }
            answer(peer, stream, act, own);
        } catch (IOException | InterruptedException e) {
            counters.count("model/2: response broken");
        }
    }

    private static void answer(Http2Peer peer, int stream, int act, SplittableRandom own)
            throws IOException, InterruptedException {
        switch (act) {
            case 0, 1, 2, 3 -> {
                peer.headers(stream, JSON, false);
                peer.data(stream, ApiResponses.COMPLETIONS.json(own), true);
            }
            case 4, 5, 6, 7 -> events(peer, stream, own, Integer.MAX_VALUE);
            case 8 -> {
                events(peer, stream, own, own.nextInt(30));
                peer.reset(stream, own.nextInt(14));
            }
            case 9 -> peer.reset(stream, own.nextInt(14));
            case 10 -> {
                peer.goAway(stream, 0);
                events(peer, stream, own, Integer.MAX_VALUE);
                Thread.sleep(own.nextInt(200));
                peer.close();
            }
            case 11 -> {
                events(peer, stream, own, own.nextInt(30));
                peer.resetConnection();
            }
            case 12 -> {
                Thread.sleep(own.nextInt(5_000));
                peer.headers(stream, JSON, false);
                peer.data(stream, ApiResponses.COMPLETIONS.json(own), true);
            }
            case 13 -> {
                peer.headers(stream, JSON, false);
                peer.data(
                        stream,
                        "x".repeat(own.nextInt(100)).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                        false);
                peer.headers(stream, Http2Peer.fields("x-trailer", "1"), true);
            }
            case 14 -> {
                peer.headers(stream, Http2Peer.fields(":status", "103", "link", "</x>"), false);
                peer.headers(stream, JSON, false);
                peer.data(stream, ApiResponses.COMPLETIONS.json(own), true);
            }
            case EARLY, 16 -> {
                peer.headers(stream, TOO_LARGE, true);
                peer.reset(stream, 0);
            }
            case 17 -> peer.reset(stream, 7);
            case 18 -> peer.resetConnection();
            default -> {
                peer.grants(false); // stalls uploads
                Thread.sleep(own.nextInt(500));
                peer.grants(true);
                peer.reset(stream, 8);
            }
        }
    }

    private static void events(Http2Peer peer, int stream, SplittableRandom own, int most)
            throws IOException, InterruptedException {
        peer.headers(stream, EVENTS, false);
        boolean slow = own.nextInt(4) == 0;
        int sent = 0;
        for (byte[] event : ApiResponses.COMPLETIONS.events(own)) {
            if (sent++ == most) {
                return;
            }
            if (!peer.data(stream, event, false)) {
                return;
            }
            if (slow) {
                Thread.sleep(own.nextInt(20));
            }
        }
        peer.data(stream, new byte[0], true);
    }
}
