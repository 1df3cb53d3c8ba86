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
 * A server of an upstream at one resolved address, with its counts and health. There is one object per server ({@link
 * UpstreamState#endpoint}), so connections and counts outlive policy reloads. Thread-safe.
 */
public final class UpstreamEndpoint {
    private final byte[] authority;
    private final Site site;
    private final InetSocketAddress address;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final EndpointHealth health = new EndpointHealth();

    /**
     * An endpoint as written in the policy: one address, or a host name that may have several.
     *
     * @param authority the host and port, ASCII, as sent in the Host field
     * @param host an address or a host name
     * @param tls null for clear text
     * @param protocol the HTTP version to use
     */
    public record Site(
            String authority,
            String host,
            int port,
            @Nullable UpstreamTls tls,
            UpstreamProtocol protocol) {
        /** Creates an endpoint that uses HTTP/1.1. */
        public Site(String authority, String host, int port, @Nullable UpstreamTls tls) {
            this(authority, host, port, tls, UpstreamProtocol.HTTP1);
        }
    }

    UpstreamEndpoint(Site site, InetSocketAddress address) {
        this.authority = site.authority().getBytes(StandardCharsets.US_ASCII);
        this.site = site;
        this.address = address;
    }

    public void writeAuthority(ByteBuf out) {
        out.writeBytes(authority);
    }

    /**
     * Returns a new TLS handler; null for clear text.
     *
     * @param within limit of the handshake
     */
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

    /** Returns host, port and address for log lines. */
    String where() {
        return site.authority() + " at " + address.getAddress();
    }

    InetSocketAddress address() {
        return address;
    }

    /** Counts a request in flight; {@link #left} ends it. */
    public void entered() {
        inFlight.incrementAndGet();
    }

    /** Ends a request in flight, whatever its outcome. */
    public void left() {
        inFlight.decrementAndGet();
    }

    /** Returns the number of requests in flight, over all event loops. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Counts a connection being opened; {@link #connectionClosed} ends it, whether or not it was ever open. */
    void connectionOpening() {
        connections.incrementAndGet();
    }

    void connectionClosed() {
        connections.decrementAndGet();
    }

    /** Returns the number of connections open or being opened, over all event loops. */
    int connections() {
        return connections.get();
    }

    @Override
    public String toString() {
        return site.authority();
    }

    /** HTTP version used for an endpoint. */
    public enum UpstreamProtocol {
        HTTP1,
        /** Negotiated by ALPN over TLS; by prior knowledge in clear text (RFC 9113 section 3.3). */
        HTTP2,
        /** Over TLS: HTTP/2 if ALPN selects it, else HTTP/1.1. */
        AUTO
    }
}
