package dev.stillgate.proxy.backtest;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connections of a log by name. Beyond a limit, the least recently used connections are dropped. */
final class Connections {
    /** The maximum number of connections. A dropped connection is treated as new when it occurs again. */
    static final int MOST = 1 << 17;

    private final Map<String, LoggedConnection> byName;
    private long opened;

    Connections(int most) {
        byName = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, LoggedConnection> eldest) {
                return size() > most;
            }
        };
    }

    /** Returns the connection with that name, null when it is unknown. */
    @Nullable
    LoggedConnection known(String name) {
        return name.isEmpty() ? null : byName.get(name);
    }

    /**
     * Creates a connection.
     *
     * @param name empty for a connection with a single exchange
     */
    LoggedConnection open(String name, InetAddress peer, String http, @Nullable String ja4) {
        LoggedConnection connection = new LoggedConnection(++opened, peer, http, ja4);
        if (!name.isEmpty()) {
            byName.put(name, connection);
        }
        return connection;
    }
}
