package dev.stillgate.spi;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What is known of a connection as such; the same object for all requests on it. */
public interface ConnectionFacts {
    /** Returns an id that no other connection of this process has. */
    long id();

    /** Returns the address of the peer's socket, which may be a trusted proxy's. */
    InetAddress peer();

    /** Returns the port of the peer's socket. */
    int peerPort();

    /** Returns the protocol spoken: {@code 2}, {@code 1.1} or {@code 1.0}. */
    String http();

    /** Returns the JA4 fingerprint of the connection's TLS ClientHello, null when TLS did not end here. */
    @Nullable
    String ja4();

    /**
     * Returns how the peer began HTTP/2, up to its first request: its settings in their order, by how much it enlarged the
     * connection's window, and the first letters of the request's pseudo-header fields in their order, such as
     * {@code 1:65536;4:131072|12517377|mpas}. Null before, and when it speaks HTTP/1.
     */
    @Nullable
    String preface();

    /** Returns the {@link HeaderOrder} of the connection's first request, 0 before it. */
    long headerOrder();

    /** Returns what was put under the slot for this connection, or null. */
    <T> @Nullable T get(Slot<T> slot);

    /** Keeps a value for the later requests of this connection; null takes it away. */
    <T> void set(Slot<T> slot, @Nullable T value);
}
