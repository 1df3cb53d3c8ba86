package dev.stillgate.proxy.chain;

/** Treatment of a request if an enforcing filter throws. */
public enum OnError {
    /** The request proceeds as if the filter had allowed it. */
    OPEN,
    /** The request is rejected. */
    CLOSED
}
