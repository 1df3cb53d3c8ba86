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

    /** Returns what was put under the slot for this connection, or null. */
    <T> @Nullable T get(Slot<T> slot);

    /** Keeps a value for the later requests of this connection; null takes it away. */
    <T> void set(Slot<T> slot, @Nullable T value);
}
