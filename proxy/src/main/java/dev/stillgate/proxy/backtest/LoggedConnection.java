package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.HeaderOrder;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A connection of a log, as the first line that names it tells. */
final class LoggedConnection implements ConnectionFacts {
    private final long id;
    private final InetAddress peer;
    private final String http;
    private final @Nullable String ja4;
    private final Slots slots = new Slots();
    private boolean open = true;
    private long headerOrder;

    LoggedConnection(long id, InetAddress peer, String http, @Nullable String ja4) {
        this.id = id;
        this.peer = peer;
        this.http = http;
        this.ja4 = ja4;
    }

    /** Returns whether the filters let it connect. */
    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    /** Takes a request of it, of which the first is noted. */
    void asks(Headers headers) {
        if (headerOrder == 0) {
            headerOrder = HeaderOrder.of(headers);
        }
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetAddress peer() {
        return peer;
    }

    /** Returns a port that tells connections of one address apart, since the log has none. */
    @Override
    public int peerPort() {
        return 1024 + (int) (id % 64_512);
    }

    @Override
    public String http() {
        return http;
    }

    @Override
    public @Nullable String ja4() {
        return ja4;
    }

    /** Returns null: the log does not tell. */
    @Override
    public @Nullable String preface() {
        return null;
    }

    @Override
    public long headerOrder() {
        return headerOrder;
    }

    @Override
    public <T> @Nullable T get(Slot<T> slot) {
        return slots.get(slot);
    }

    @Override
    public <T> void set(Slot<T> slot, @Nullable T value) {
        slots.set(slot, value);
    }
}
