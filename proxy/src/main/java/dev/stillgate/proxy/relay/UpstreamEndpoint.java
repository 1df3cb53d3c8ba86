package dev.stillgate.proxy.relay;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One server of an upstream, its name already resolved, with what is under way there. There is one object for each server
 * of an upstream ({@link UpstreamState#endpoint}), whatever the policy: connections and counts outlive a reload.
 */
public final class UpstreamEndpoint {
    private final byte[] authority;
    private final InetSocketAddress address;
    private final AtomicInteger inFlight = new AtomicInteger();

    /**
     * An endpoint.
     *
     * @param authority the host and port as they stand in the Host field, ASCII
     * @param address where to connect
     */
    UpstreamEndpoint(String authority, InetSocketAddress address) {
        this.authority = authority.getBytes(StandardCharsets.US_ASCII);
        this.address = address;
    }

    /** Writes the value of the Host field. */
    public void writeAuthority(ByteBuf out) {
        out.writeBytes(authority);
    }

    InetSocketAddress address() {
        return address;
    }

    /** A request is on its way there; {@link #left} ends that. */
    public void entered() {
        inFlight.incrementAndGet();
    }

    /** A request that was on its way there is over, one way or another. */
    public void left() {
        inFlight.decrementAndGet();
    }

    /** Returns how many requests are under way there, over all event loops. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Returns the value of the Host field. */
    @Override
    public String toString() {
        return new String(authority, StandardCharsets.US_ASCII);
    }
}
