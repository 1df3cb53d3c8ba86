package dev.stillgate.proxy.backtest;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connections of a log by the names that its lines give them; of very many, those used last. */
final class Connections {
    /** The most connections that are remembered; one that was forgotten is a new one when it comes again. */
    static final int MOST = 1 << 17;

    private final Map<String, LoggedConnection> byName;
    private long made;

    Connections(int most) {
        byName = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, LoggedConnection> eldest) {
                return size() > most;
            }
        };
    }

    /** Returns the connection of that name when it is known. */
    @Nullable
    LoggedConnection known(String name) {
        return name.isEmpty() ? null : byName.get(name);
    }

    /**
     * Returns a new connection.
     *
     * @param name empty for one that carries a single exchange
     */
    LoggedConnection open(String name, InetAddress peer, String http, @Nullable String ja4) {
        LoggedConnection connection = new LoggedConnection(++made, peer, http, ja4);
        if (!name.isEmpty()) {
            byName.put(name, connection);
        }
        return connection;
    }
}
