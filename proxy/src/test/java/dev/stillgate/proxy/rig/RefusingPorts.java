package dev.stillgate.proxy.rig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports on loopback that refuse connections until they are closed. They are bound, so that no other socket listens on
 * them meanwhile. Not thread-safe.
 */
public final class RefusingPorts implements AutoCloseable {
    private final List<Socket> bound = new ArrayList<>();

    /** Returns another port. */
    public int next() throws IOException {
        Socket socket = new Socket();
        bound.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : bound) {
            socket.close();
        }
    }
}
