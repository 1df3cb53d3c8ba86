package dev.stillgate.loadtests.disconnect;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A caller who asks for something and leaves before it is there. */
final class DisconnectingClient {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final String name;

    /**
     * Connects and asks.
     *
     * @param name tells the model who asks, and the gateway's log
     */
    DisconnectingClient(InetSocketAddress gateway, String name, Phase phase) throws IOException {
        this.name = name;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(gateway, TIMEOUT_MILLIS);
        int length = phase.announced() < 0 ? phase.body().length() : phase.announced();
        String request = "POST " + phase.path() + " HTTP/1.1\r\nhost: gone\r\nx-caller: " + name + "\r\nx-request-id: "
                + name + "\r\nx-stub: "
                + phase.behaviour() + "\r\ncontent-type: application/json\r\ncontent-length: " + length + "\r\n\r\n"
                + phase.body();
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    String name() {
        return name;
    }

    /** Reads until the first event of a stream is there, and what came with it. */
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
     * Leaves. What has come is read before a FIN: with bytes unread the kernel would make it a reset.
     *
     * @param reset whether with RST, else with FIN
     * @return when, in {@link System#nanoTime}
     */
    long leave(boolean reset) throws IOException {
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
