package dev.stillgate.spi;

/**
 * Token usage of an exchange as reported by the provider; unreported counts are -1.
 *
 * @param input prompt tokens as counted by the provider's field ({@code input_tokens} or
 *     {@code prompt_tokens})
 * @param output output tokens, including reasoning
 * @param cacheRead prompt tokens read from a cache
 * @param cacheWrite prompt tokens written to a cache
 * @param reasoning output tokens that were reasoning
 */
public record Usage(Source source, long input, long output, long cacheRead, long cacheWrite, long reasoning) {
    /** No usage was reported. */
    public static final Usage NONE = new Usage(Source.NONE, -1, -1, -1, -1, -1);

    /** Source of the counts. */
    public enum Source {
        /** Reported by the provider. */
        EXACT,
        /**
         * Counted by the gateway, at least in part, because the provider did not report usage or the response ended
         * before. Output is the delivered part; input is -1 if not reported.
         */
        ESTIMATED,
        /** Unknown. */
        NONE
    }
}
