package dev.stillgate.spi;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Properties of a client connection; the same object for all requests on it. */
public interface ConnectionFacts {
    /** Returns the connection's id, unique within the process. */
    long id();

    /** Returns the remote address of the socket, which may be a trusted proxy's. */
    InetAddress peer();

    /** Returns the remote port of the socket. */
    int peerPort();

    /** Returns the HTTP version: {@code 2}, {@code 1.1} or {@code 1.0}. */
    String http();

    /** Returns the JA4 fingerprint of the connection's TLS ClientHello, null if TLS is terminated elsewhere. */
    @Nullable
    String ja4();

    /**
     * Returns the HTTP/2 fingerprint of the client, such as {@code 1:65536;4:131072|12517377|mpas}: its settings in
     * order, the increment of the connection's window, and the initials of the first request's pseudo-header fields in
     * order. Null before the first request, and with HTTP/1.
     */
    @Nullable
    String preface();

    /** Returns the {@link HeaderOrder} of the connection's first request; 0 before it. */
    long headerOrder();

    /** Returns the value in a slot of this connection, or null. */
    <T> @Nullable T get(Slot<T> slot);

    /** Stores a value in a slot, for later requests of this connection; null clears the slot. */
    <T> void set(Slot<T> slot, @Nullable T value);
}
