package dev.stillgate.spi;

/** What became of an exchange; there is exactly one. */
public sealed interface Outcome {
    /** Returns the status that the caller was sent, 0 when none was. */
    int status();

    /** Returns the tokens it cost, as far as they are known. */
    Usage usage();

    /** Returns how many bytes of the answer's body were handed to the caller's socket. */
    long bytes();

    /** Returns the time from {@link Exchange#startNanos} to the first byte of the answer, in nanoseconds, -1 for none. */
    long firstByteNanos();

    /** The upstream's answer was delivered whole, whatever its status. */
    record Served(int status, Usage usage, long bytes, long firstByteNanos) implements Outcome {}

    /**
     * The gateway refused the request itself.
     *
     * @param filter the name of the filter that refused it, {@code gateway} for the engine
     * @param code the reason code
     */
    record Rejected(int status, Usage usage, long bytes, long firstByteNanos, String filter, String code)
            implements Outcome {}

    /** The upstream gave no answer that could be passed on, and the gateway answered in its place. */
    record UpstreamFailed(int status, Usage usage, long bytes, long firstByteNanos, String code) implements Outcome {}

    /** The upstream's answer ended before it was whole, and so did the caller's. */
    record Truncated(int status, Usage usage, long bytes, long firstByteNanos, String code) implements Outcome {}

    /** The caller went away before the answer was whole. */
    record DownstreamGone(int status, Usage usage, long bytes, long firstByteNanos, Phase phase) implements Outcome {}

    /** How far an exchange had come. */
    enum Phase {
        READING_BODY,
        CONNECTING,
        AWAITING_ANSWER,
        STREAMING
    }
}
