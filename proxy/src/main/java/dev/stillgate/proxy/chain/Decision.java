package dev.stillgate.proxy.chain;

/** The decisions of a filter that are counted in {@code stillgate.filter.decisions}. */
public enum Decision {
    /** An exchange without any other decision, or an accepted connection. */
    ALLOW,
    /** A request that was flagged and forwarded. */
    FLAG,
    /** A rejected request, or one that a filter in shadow would have rejected. */
    REJECT,
    /** An exception thrown by the filter. */
    ERROR,
    /** A response whose prose passed through the filter's tap, or was shown to the tap of a filter in shadow. */
    TAP;
}
