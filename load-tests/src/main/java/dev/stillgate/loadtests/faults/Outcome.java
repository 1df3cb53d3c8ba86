package dev.stillgate.loadtests.faults;

/**
 * The outcome of one request as the client sees it.
 *
 * @param due time at which the request was due, as {@link System#nanoTime}
 * @param end time of the outcome
 * @param status status code, 0 for none
 */
record Outcome(long due, long end, Kind kind, int status) {
    /** The possible outcomes. */
    enum Kind {
        /** A complete response with status 200. */
        ANSWERED,
        /** An error response in the provider's format. */
        REFUSED,
        /** A truncated response. */
        CUT,
        /** The connection closed without a response, or an error response was not in the provider's format. */
        BROKEN,
        /** The client timed out. */
        HUNG
    }

    long took() {
        return end - due;
    }
}
