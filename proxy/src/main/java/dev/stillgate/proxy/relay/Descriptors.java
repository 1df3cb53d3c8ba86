package dev.stillgate.proxy.relay;

/** Budget of file descriptors for upstream connections. Thread-safe. */
public interface Descriptors {
    /** Reserves a descriptor for an upstream connection; returns false if none is left. */
    boolean takeUpstream();

    /** Returns the descriptor of a connection that closed or could not be opened. */
    void connectionClosed();
}
