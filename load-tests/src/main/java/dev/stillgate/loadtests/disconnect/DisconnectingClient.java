package dev.stillgate.loadtests.disconnect;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends a request and disconnects before the response is complete. Not thread-safe. */
final class DisconnectingClient {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final String name;

    /**
     * Connects and sends the request.
     *
     * @param name sent to the model and to the gateway's log
     */
    DisconnectingClient(InetSocketAddress gateway, String name, Phase phase) throws IOException {
        this.name = name;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(gateway, TIMEOUT_MILLIS);
        int length = phase.contentLength() < 0 ? phase.body().length() : phase.contentLength();
        String request =
                "POST " + phase.path() + " HTTP/1.1\r\nhost: disconnect\r\nx-client: " + name + "\r\nx-request-id: "
                        + name + "\r\nx-stub: "
                        + phase.stub() + "\r\ncontent-type: application/json\r\ncontent-length: " + length + "\r\n\r\n"
                        + phase.body();
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    String name() {
        return name;
    }

    /** Reads up to the first event of a stream. */
    void awaitEvent() throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder seen = new StringBuilder();
        byte[] block = new byte[8192];
        while (seen.indexOf("data:") < 0) {
            int count = in.read(block);
            if (count < 0) {
                throw new IOException("the gateway closed after: " + seen);
            }
            seen.append(new String(block, 0, count, StandardCharsets.ISO_8859_1));
        }
    }

    /**
     * Disconnects. Reads the available bytes before a FIN, since the kernel sends a RST if bytes are unread.
     *
     * @param reset whether to send RST instead of FIN
     * @return the time as {@link System#nanoTime}
     */
    long disconnect(boolean reset) throws IOException {
        if (reset) {
            socket.setSoLinger(true, 0);
        } else {
            InputStream in = socket.getInputStream();
            in.skipNBytes(in.available());
        }
        long when = System.nanoTime();
        socket.close();
        return when;
    }
}
