package dev.stillgate.proxy.relay;

/** The count of file descriptors that the process has left; upstream connections are opened within it. Thread-safe. */
public interface Descriptors {
    /** Takes a descriptor for an upstream connection; returns false, having taken none, when there is none to spare. */
    boolean takeUpstream();

    /** Gives back the descriptor of a connection that was closed, or that could not be opened. */
    void connectionClosed();
}
