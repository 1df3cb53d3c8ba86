package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;

/**
 * The prices of one model's tokens, each in millionths of the currency for a million tokens. The cost of an exchange is
 * computed exactly in whole numbers and rounded up once, to a millionth of the currency.
 *
 * @param input tokens of the prompt that no cache holds
 * @param output tokens of the response, including reasoning
 * @param cacheRead tokens of the prompt that are read from the provider's cache
 * @param cacheWrite tokens of the prompt that are written to it
 */
public record Price(long input, long output, long cacheRead, long cacheWrite) {
    /** The largest amount and the largest possible capacity. */
    public static final long MAX_AMOUNT = 1_000_000_000_000L;

    /** The highest price, so that no sum of products exceeds 64 bits. */
    static final long HIGHEST = 10_000_000_000L;

    private static final long MILLION = 1_000_000;

    /** Returns the price that is the higher one for each kind of token. */
    Price orHigher(Price other) {
        return new Price(
                Math.max(input, other.input),
                Math.max(output, other.output),
                Math.max(cacheRead, other.cacheRead),
                Math.max(cacheWrite, other.cacheWrite));
    }

    /**
     * Returns the most that tokens of a prompt can cost.
     *
     * @param marksCache whether the prompt marks parts of itself for the provider's cache
     */
    long ofPrompt(long tokens, boolean marksCache) {
        return marksCache && cacheWrite > input ? cost(0, 0, 0, tokens) : cost(tokens, 0, 0, 0);
    }

    /** Returns the cost of tokens of a response. */
    public long ofOutput(long tokens) {
        return cost(0, tokens, 0, 0);
    }

    /** Returns the cost of a prompt without cached tokens and of its response. */
    long of(long inputTokens, long outputTokens) {
        return cost(inputTokens, outputTokens, 0, 0);
    }

    /**
     * Returns the cost of an exchange by its usage. The input of some providers contains no cached
     * tokens, that of others does.
     *
     * @param estimate the estimated tokens of the prompt, which count if the usage does not report them
     */
    public long of(Provider provider, Usage usage, long estimate) {
        if (usage.input() < 0) {
            return of(estimate, usage.output());
        }
        long read = clamp(usage.cacheRead());
        long written = clamp(usage.cacheWrite());
        long fresh = clamp(usage.input());
        if (provider.countsCached()) {
            read = Math.min(read, fresh);
            written = Math.min(written, fresh - read);
            fresh -= read + written;
        }
        return cost(fresh, usage.output(), read, written);
    }

    private long cost(long fresh, long outputTokens, long read, long written) {
        long a = clamp(fresh);
        long b = clamp(outputTokens);
        long c = clamp(read);
        long d = clamp(written);
        // at most 4 x 10^6 x 10^10 for whole millions of tokens, and the same for the rest
        long whole = a / MILLION * input + b / MILLION * output + c / MILLION * cacheRead + d / MILLION * cacheWrite;
        long rest = a % MILLION * input + b % MILLION * output + c % MILLION * cacheRead + d % MILLION * cacheWrite;
        return Math.min(MAX_AMOUNT, whole + Math.ceilDiv(rest, MILLION));
    }

    private static long clamp(long tokens) {
        return Math.clamp(tokens, 0, MAX_AMOUNT);
    }
}
