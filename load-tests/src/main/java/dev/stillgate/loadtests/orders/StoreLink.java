package dev.stillgate.loadtests.orders;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** TCP proxy between one gateway and the store that can be cut, stalled and delayed. Thread-safe. */
final class StoreLink implements AutoCloseable {
    private static final int BUFFER = 16 << 10;

    /** State of the link. */
    enum State {
        OPEN,
        /** Connections are closed, and new ones are closed at once. */
        CUT,
        /** Nothing passes; connections stay open. */
        STALLED,
        /** The store gets all commands, and its replies do not pass. */
        REPLIES_STALLED,
        /** Each piece of data takes {@link #DELAY_MILLIS} longer. */
        DELAYED
    }

    private static final long DELAY_MILLIS = 150;

    private final ServerSocket listener;
    private final int storePort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private State state = State.OPEN;

    StoreLink(int storePort) throws IOException {
        this.storePort = storePort;
        this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("link").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void set(State next) {
        synchronized (this) {
            state = next;
            notifyAll();
        }
        if (next == State.CUT) {
            sockets.forEach(StoreLink::close);
        }
    }

    private synchronized State state() {
        return state;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket gateway = listener.accept();
                sockets.add(gateway);
                if (state() == State.CUT) {
                    end(gateway);
                } else {
                    connect(gateway);
                }
            } catch (IOException closed) {
                // the listener is closed, or the store is down
            }
        }
    }

    private void connect(Socket gateway) throws IOException {
        Socket store;
        try {
            store = new Socket(InetAddress.getLoopbackAddress(), storePort);
        } catch (IOException down) {
            end(gateway);
            throw down;
        }
        sockets.add(store);
        gateway.setTcpNoDelay(true);
        store.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> copy(gateway, store, false));
        Thread.ofVirtual().start(() -> copy(store, gateway, true));
    }

    private void copy(Socket from, Socket to, boolean replies) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                pass(replies);
                out.write(buffer, 0, read);
            }
        } catch (IOException ended) {
            // the other direction ends with this one
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sockets.remove(from);
        sockets.remove(to);
    }

    /** Waits until data may pass. */
    private synchronized void pass(boolean replies) throws InterruptedException {
        if (state == State.DELAYED) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DELAY_MILLIS);
            for (long left = DELAY_MILLIS; left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
                wait(left);
            }
        }
        while (state == State.STALLED || (replies && state == State.REPLIES_STALLED)) {
            wait();
        }
    }

    private void end(Socket socket) {
        close(socket);
        sockets.remove(socket);
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // closed already
        }
    }

    @Override
    public void close() {
        close(listener);
        set(State.CUT);
    }
}
