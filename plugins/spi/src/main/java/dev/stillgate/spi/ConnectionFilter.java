package dev.stillgate.spi;

/** Filter phase of a new connection, when only the socket and the TLS ClientHello are known. */
public non-sealed interface ConnectionFilter extends Filter {
    /** Returns false to close the connection without a response. */
    boolean accept(ConnectionFacts peer);
}
