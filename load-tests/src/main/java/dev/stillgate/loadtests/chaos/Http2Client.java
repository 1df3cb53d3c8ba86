package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import dev.stillgate.loadtests.peer.Http2Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * HTTP/2 client in clear that randomly aborts, resets and stalls streams and withholds window updates. Every stream
 * that it does not reset must end, or the connection must close.
 */
record Http2Client(int port, SplittableRandom random, Counters counters, BooleanSupplier more) implements Runnable {
    private static final int MAX_UPLOAD = 200_000;
    private static final int CANCEL = 8;

    /** Actions by number; higher numbers send and read correctly. */
    private static final String[] ACTS = {
        "resets within an upload",
        "resets immediately",
        "resets while waiting or reading",
        "resets while waiting or reading",
        "withholds window updates for a while",
        "pauses within an upload"
    };

    @Override
    public void run() {
        while (more.getAsBoolean()) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Http1Client.TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                converse(new Http2Peer(socket));
            } catch (IOException e) {
                counters.count("client/2: connection broken");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void converse(Http2Peer peer) throws IOException, InterruptedException {
        try (peer) {
            Set<Integer> open = ConcurrentHashMap.newKeySet();
            peer.send(Http2Peer.PREFACE);
            peer.settings(random.nextInt(4) == 0 ? 500 : 65_535);
            Thread reader = Thread.ofVirtual().start(() -> read(peer, open));
            int streams = 1 + random.nextInt(30);
            for (int i = 0; i < streams && reader.isAlive() && more.getAsBoolean(); i++) {
                int stream = 2 * i + 1;
                SplittableRandom own = random.split();
                open.add(stream);
                Thread.ofVirtual().start(() -> ask(peer, stream, open, own));
                Thread.sleep(random.nextInt(60));
            }
            int end = random.nextInt(6);
            counters.count("client/2: connection ended with "
                    + (end == 0 ? "RST" : end == 1 ? "GOAWAY" : end == 2 ? "FIN" : "all responses"));
            if (end == 0) {
                peer.resetConnection();
            } else if (end == 1) {
                peer.goAway(0, 0);
            } else if (end > 2) {
                awaitAll(reader, open);
            }
        }
    }

    private void awaitAll(Thread reader, Set<Integer> open) throws InterruptedException {
        long until = System.currentTimeMillis() + Http1Client.TIMEOUT_MILLIS;
        while (reader.isAlive() && !open.isEmpty()) {
            if (System.currentTimeMillis() > until) {
                counters.count("stuck: HTTP/2");
                return;
            }
            Thread.sleep(5);
        }
    }

    private void read(Http2Peer peer, Set<Integer> open) {
        try {
            while (true) {
                Http2Peer.Frame frame = peer.read();
                if (frame.ends() || frame.type() == Http2Peer.RST_STREAM) {
                    open.remove(frame.stream());
                    counters.count("client/2: streams ended");
                }
            }
        } catch (IOException e) {
            counters.count("client/2: reading ended");
        }
    }

    private void ask(Http2Peer peer, int stream, Set<Integer> open, SplittableRandom own) {
        try {
            int act = own.nextInt(14);
            counters.count("client/2: " + (act < ACTS.length ? ACTS[act] : "sends and reads correctly"));
            send(peer, stream, act, own);
            if (act < 4) {
                Thread.sleep(own.nextInt(act < 2 ? 10 : 400));
                peer.reset(stream, own.nextBoolean() ? CANCEL : own.nextInt(14));
                open.remove(stream);
            } else if (act == 4) {
                peer.grants(false);
                Thread.sleep(own.nextInt(2_000)); // responses stall
                peer.grants(true);
                for (int each : open) {
                    peer.grant(each, 1 << 20);
                }
            }
        } catch (IOException e) {
            open.remove(stream);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(Http2Peer peer, int stream, int act, SplittableRandom own)
            throws IOException, InterruptedException {
        boolean blob = own.nextInt(3) == 0;
        String path = blob ? "/v1/blobs/1" : own.nextBoolean() ? "/v1/messages" : "/v1/chat/completions";
        byte[] content = blob
                ? new byte[1 + own.nextInt(MAX_UPLOAD)]
                : ascii("{\"model\":\"m\",\"max_tokens\":1000,\"stream\":" + own.nextBoolean()
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + "Why tides? ".repeat(own.nextInt(500))
                        + "\"}]}");
        String type = blob ? "application/octet-stream" : "application/json";
        String key = own.nextBoolean() ? "sk-plain" : "sk-marked";
        peer.headers(
                stream,
                Http2Peer.fields(
                        ":method",
                        "POST",
                        ":scheme",
                        "http",
                        ":path",
                        path,
                        ":authority",
                        "h",
                        "content-type",
                        type,
                        "x-api-key",
                        key),
                false);
        int cut = act == 0 || act == 5 ? own.nextInt(content.length) : content.length;
        if (cut == content.length) {
            peer.data(stream, content, true);
            return;
        }
        peer.data(stream, java.util.Arrays.copyOf(content, cut), false);
        if (act == 5) {
            Thread.sleep(own.nextInt(1_500));
            peer.data(stream, java.util.Arrays.copyOfRange(content, cut, content.length), true);
        }
    }
}
