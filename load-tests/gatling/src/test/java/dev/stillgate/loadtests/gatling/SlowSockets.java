package dev.stillgate.loadtests.gatling;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sockets that request a long stream each and read a few bytes per second. Thread-safe. */
final class SlowSockets {
    private static final int RECEIVE_BUFFER = 4096;
    private static final int STEP = 64;
    private static final long PAUSE_MILLIS = 500;

    private final Target target;
    private final int count;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean closing;
    private volatile int cut;

    SlowSockets(Target target, int count) {
        this.target = target;
        this.count = count;
    }

    /** Connects all sockets and sends the requests. */
    void open() {
        URI url = URI.create(target.url());
        int port = url.getPort() > 0 ? url.getPort() : 80;
        try {
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.setReceiveBufferSize(RECEIVE_BUFFER);
                socket.connect(new InetSocketAddress(url.getHost(), port), 5_000);
                socket.getOutputStream()
                        .write(request(
                                url.getHost(),
                                target.keys().get(i % target.keys().size())));
                Thread.ofVirtual().start(() -> read(socket));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("slow reader " + sockets.size() + " of " + count + " could not connect", e);
        }
    }

    private byte[] request(String host, String key) {
        String body = "{\"model\":\"" + target.model() + "\",\"max_tokens\":4096,\"stream\":true,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me all of it.\"}]}";
        return ("POST /v1/messages HTTP/1.1\r\nhost: " + host + "\r\nx-api-key: " + key
                        + "\r\ncontent-type: application/json\r\nx-stub: events=1000,size=1000000\r\ncontent-length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void read(Socket socket) {
        byte[] step = new byte[STEP];
        try {
            InputStream in = socket.getInputStream();
            while (in.read(step) >= 0) {
                Thread.sleep(PAUSE_MILLIS);
            }
            ended();
        } catch (IOException e) {
            ended();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void ended() {
        if (!closing) {
            cut++;
        }
    }

    /** Closes all sockets; fails if a stream had ended before, since all are longer than the test. */
    void close() {
        closing = true;
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                System.out.println("a slow reader was not closed: " + e.getMessage());
            }
        }
        System.out.printf("%d slow readers, of which %d were cut%n", sockets.size(), cut);
        if (cut > 0) {
            throw new IllegalStateException(cut + " slow readers were cut");
        }
    }
}
