package dev.stillgate.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One server of an upstream, its name already resolved, with what is under way there. There is one object for each server
 * of an upstream ({@link UpstreamState#endpoint}), whatever the policy: connections and counts outlive a reload.
 */
public final class UpstreamEndpoint {
    private final byte[] authority;
    private final Site site;
    private final InetSocketAddress address;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final EndpointHealth health = new EndpointHealth();

    /**
     * A place of an upstream as the policy names it: one address, or a name that has several.
     *
     * @param authority the host and port as they stand in the Host field, ASCII
     * @param host an address or a name
     * @param tls null for none
     * @param protocol which HTTP it is spoken to in
     */
    public record Site(
            String authority,
            String host,
            int port,
            @Nullable UpstreamTls tls,
            UpstreamProtocol protocol) {
        /** A place that is spoken to in HTTP/1.1. */
        public Site(String authority, String host, int port, @Nullable UpstreamTls tls) {
            this(authority, host, port, tls, UpstreamProtocol.HTTP1);
        }
    }

    /** An endpoint of a site at one of its addresses. */
    UpstreamEndpoint(Site site, InetSocketAddress address) {
        this.authority = site.authority().getBytes(StandardCharsets.US_ASCII);
        this.site = site;
        this.address = address;
    }

    /** Writes the value of the Host field. */
    public void writeAuthority(ByteBuf out) {
        out.writeBytes(authority);
    }

    /** Returns what goes between the socket and HTTP there, null for nothing. */
    @Nullable
    SslHandler tls(ByteBufAllocator allocator, Duration within) {
        UpstreamTls tls = site.tls();
        return tls == null ? null : tls.handler(allocator, site.host(), site.port(), within);
    }

    UpstreamProtocol protocol() {
        return site.tls() == null && site.protocol() == UpstreamProtocol.AUTO
                ? UpstreamProtocol.HTTP1
                : site.protocol();
    }

    boolean isSecure() {
        return site.tls() != null;
    }

    EndpointHealth health() {
        return health;
    }

    Site site() {
        return site;
    }

    /** Returns the value of the Host field and the address, for the operator. */
    String where() {
        return site.authority() + " at " + address.getAddress();
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

    /** A connection to it is being opened; {@link #connectionClosed} ends that, whether or not it was ever open. */
    void connectionOpening() {
        connections.incrementAndGet();
    }

    void connectionClosed() {
        connections.decrementAndGet();
    }

    /** Returns how many connections to it are open or being opened, over all event loops. */
    int connections() {
        return connections.get();
    }

    /** Returns the value of the Host field. */
    @Override
    public String toString() {
        return site.authority();
    }
}
