package dev.stillgate.proxy.relay;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One server of an upstream, its name already resolved. */
public final class UpstreamEndpoint {
    private final byte[] authority;
    private final InetSocketAddress address;

    /**
     * An endpoint.
     *
     * @param authority the host and port as they stand in the Host field, ASCII
     * @param address where to connect
     */
    public UpstreamEndpoint(String authority, InetSocketAddress address) {
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

    /** Two endpoints are the same when connections to one can serve the other: pools outlive a policy. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UpstreamEndpoint that
                && that.address.equals(address)
                && Arrays.equals(that.authority, authority);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }

    @Override
    public String toString() {
        return new String(authority, StandardCharsets.US_ASCII);
    }
}
