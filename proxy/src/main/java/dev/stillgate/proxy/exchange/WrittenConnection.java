package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.HeaderOrder;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A connection described by a recorded or written request, without a socket. */
public class WrittenConnection implements ConnectionFacts {
    private final long id;
    private final InetAddress peer;
    private final int port;
    private final String http;
    private final @Nullable String ja4;
    private final Slots slots = new Slots();
    private long headerOrder;

    public WrittenConnection(long id, InetAddress peer, int port, String http, @Nullable String ja4) {
        this.id = id;
        this.peer = peer;
        this.port = port;
        this.http = http;
        this.ja4 = ja4;
    }

    /** Records the header order of the connection's first request. */
    public final void noteRequest(Headers headers) {
        if (headerOrder == 0) {
            headerOrder = HeaderOrder.of(headers);
        }
    }

    @Override
    public final long id() {
        return id;
    }

    @Override
    public final InetAddress peer() {
        return peer;
    }

    @Override
    public final int peerPort() {
        return port;
    }

    @Override
    public final String http() {
        return http;
    }

    @Override
    public final @Nullable String ja4() {
        return ja4;
    }

    /** Returns null: prefaces are not recorded. */
    @Override
    public final @Nullable String preface() {
        return null;
    }

    @Override
    public final long headerOrder() {
        return headerOrder;
    }

    @Override
    public final <T> @Nullable T get(Slot<T> slot) {
        return slots.get(slot);
    }

    @Override
    public final <T> void set(Slot<T> slot, @Nullable T value) {
        slots.set(slot, value);
    }
}
