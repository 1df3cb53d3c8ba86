package dev.stillgate.spi;

/** The phase before any HTTP: the peer has connected and nothing but its socket and TLS greeting is known. */
public non-sealed interface ConnectionFilter extends Filter {
    /** Returns false to close the connection; there is no one to answer yet. */
    boolean accept(ConnectionFacts peer);
}
