package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.exchange.WrittenConnection;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A connection of a log, with the facts of the first line that names it. */
final class LoggedConnection extends WrittenConnection {
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 64_512;

    private boolean open = true;

    /**
     * Creates a connection. The log has no ports; one is derived from the id so that connections of one address differ.
     */
    LoggedConnection(long id, InetAddress peer, String http, @Nullable String ja4) {
        super(id, peer, FIRST_PORT + (int) (id % PORTS), http, ja4);
    }

    /** Returns whether the filters accepted the connection. */
    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }
}
