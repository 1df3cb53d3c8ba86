package dev.stillgate.testkit;

import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A client connection without a socket. */
public final class FakeConnection implements ConnectionFacts {
    private static final AtomicLong IDS = new AtomicLong();
    private final long id = IDS.incrementAndGet();
    private final InetAddress peer;
    private final Slots slots = new Slots();
    private @Nullable String ja4;
    private @Nullable String preface;
    private long headerOrder;

    /** Creates a connection from an IP address literal. */
    public FakeConnection(String peer) {
        this.peer = InetAddress.ofLiteral(peer);
    }

    /** Sets the JA4 fingerprint. */
    public FakeConnection ja4(String fingerprint) {
        ja4 = fingerprint;
        return this;
    }

    /** Sets the HTTP/2 preface. */
    public FakeConnection preface(String began) {
        preface = began;
        return this;
    }

    /** Sets the header order of the first request. */
    public FakeConnection headerOrder(long hash) {
        headerOrder = hash;
        return this;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetAddress peer() {
        return peer;
    }

    @Override
    public int peerPort() {
        return 50_000;
    }

    @Override
    public String http() {
        return "1.1";
    }

    @Override
    public @Nullable String ja4() {
        return ja4;
    }

    @Override
    public @Nullable String preface() {
        return preface;
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
