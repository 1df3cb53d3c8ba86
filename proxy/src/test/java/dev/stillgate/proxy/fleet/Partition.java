package dev.stillgate.proxy.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** TCP relay to a server that can simulate a network partition: data sent during the partition is lost silently. */
final class Partition implements AutoCloseable {
    private final ServerSocket socket;
    private volatile int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean cut;

    Partition(int target) {
        this.target = target;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Connects new connections to another server; existing connections stay. */
    void leadTo(int other) {
        target = other;
    }

    /** Drops all data from now on, in both directions. */
    void cut() {
        cut = true;
    }

    /** Relays new connections again; existing connections are closed. */
    void heal() {
        sockets.forEach(Partition::close);
        sockets.clear();
        cut = false;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket from = socket.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.addAll(List.of(from, to));
                Thread.ofVirtual().start(() -> pump(from, to));
                Thread.ofVirtual().start(() -> pump(to, from));
            } catch (IOException closed) {
                // the test has ended, or the server has
            }
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] block = new byte[8 * 1024];
        try {
            InputStream in = from.getInputStream();
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                if (!cut) {
                    to.getOutputStream().write(block, 0, count);
                }
            }
        } catch (IOException broken) {
            // both sockets are closed below
        }
        if (!cut) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket end) {
        try {
            end.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(Partition::close);
    }
}
