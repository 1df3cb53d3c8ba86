package dev.stillgate.proxy.chain;

/** What happens to a request if an enforcing filter throws. */
public enum OnError {
    /** The request proceeds as if the filter had allowed it. */
    OPEN,
    /** The request is rejected. */
    CLOSED
}
