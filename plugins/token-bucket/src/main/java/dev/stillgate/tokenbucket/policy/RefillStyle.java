package dev.stillgate.tokenbucket.policy;

/** When what was taken comes back. */
public enum RefillStyle {
    /** As soon as possible: {@code 60/1m} gives one back every second. */
    GREEDY,
    /** All at once at the end of each period: {@code 60/1m} gives sixty back every minute. */
    INTERVAL
}
