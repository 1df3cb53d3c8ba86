package dev.stillgate.spi;

/** The outcome of an exchange; each exchange has exactly one. */
public sealed interface Outcome {
    /** Returns the status sent to the client, 0 if none was. */
    int status();

    /** Returns the token usage, as far as known. */
    Usage usage();

    /** Returns the number of body bytes written to the client's socket. */
    long bytes();

    /**
     * Returns the time from {@link Exchange#startNanos} to the first byte of the response in nanoseconds, -1 for none.
     */
    long firstByteNanos();

    /** The upstream's response was delivered completely, whatever its status. */
    record Served(int status, Usage usage, long bytes, long firstByteNanos) implements Outcome {}

    /**
     * The gateway refused the request.
     *
     * @param filter the name of the refusing filter, {@code gateway} for the engine
     * @param code the reason code
     */
    record Rejected(int status, Usage usage, long bytes, long firstByteNanos, String filter, String code)
            implements Outcome {
        /**
         * Returns whether a limit was exceeded: 429, or a filter's 400 or 413 for a request that exceeds the limit by
         * itself.
         */
        public boolean isOfLimit() {
            return status == 429 || (!filter.equals("gateway") && (status == 400 || status == 413));
        }
    }

    /** The upstream gave no usable response; the gateway sent an error instead. */
    record UpstreamFailed(int status, Usage usage, long bytes, long firstByteNanos, String code) implements Outcome {}

    /** The upstream's response was incomplete, and so was the client's. */
    record Truncated(int status, Usage usage, long bytes, long firstByteNanos, String code) implements Outcome {}

    /** The client disconnected before the response was complete. */
    record DownstreamGone(int status, Usage usage, long bytes, long firstByteNanos, Phase phase) implements Outcome {}

    /** Phases of an exchange. */
    enum Phase {
        READING_BODY,
        CONNECTING,
        AWAITING_ANSWER,
        STREAMING
    }
}
