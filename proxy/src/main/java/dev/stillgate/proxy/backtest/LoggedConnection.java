package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.exchange.WrittenConnection;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A connection of a log, as the first line that names it tells. */
final class LoggedConnection extends WrittenConnection {
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 64_512;

    private boolean open = true;

    /** A connection from a port that tells those of one address apart, since the log has none. */
    LoggedConnection(long id, InetAddress peer, String http, @Nullable String ja4) {
        super(id, peer, FIRST_PORT + (int) (id % PORTS), http, ja4);
    }

    /** Returns whether the filters let it connect. */
    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }
}
