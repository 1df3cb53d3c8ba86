package dev.stillgate.tokenbucket;

/** What a limit counts. */
public enum Measure {
    /** Requests; a batch counts one for every prompt in it. */
    REQUESTS
}
