package dev.stillgate.spi;

/**
 * The tokens that an exchange cost, as the provider reports them; a count that it does not report is -1.
 *
 * @param input tokens of the prompt as the provider's own field counts them ({@code input_tokens} or
 *     {@code prompt_tokens})
 * @param output tokens of the answer, reasoning included
 * @param cacheRead tokens of the prompt that were read from a cache
 * @param cacheWrite tokens of the prompt that were written to a cache
 * @param reasoning tokens of the answer that were reasoning
 */
public record Usage(Source source, long input, long output, long cacheRead, long cacheWrite, long reasoning) {
    /** No usage was reported. */
    public static final Usage NONE = new Usage(Source.NONE, -1, -1, -1, -1, -1);

    /** Where the counts come from. */
    public enum Source {
        /** Read from the provider's answer. */
        EXACT,
        /**
         * Counted by the gateway, in whole or in part: the answer ended before the provider told, or the provider tells
         * nothing. Output is what was delivered; input is -1 where the provider has not told it.
         */
        ESTIMATED,
        /** Not known. */
        NONE
    }
}
