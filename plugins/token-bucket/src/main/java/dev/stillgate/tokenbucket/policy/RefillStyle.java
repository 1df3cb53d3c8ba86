package dev.stillgate.tokenbucket.policy;

/** The refill style of a bandwidth. */
public enum RefillStyle {
    /** Adds tokens as soon as possible: {@code 60/1m} adds one each second. */
    GREEDY,
    /** Adds all tokens at the end of each period: {@code 60/1m} adds sixty each minute. */
    INTERVAL
}
