package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;

/**
 * Output tokens of one or more responses, split by their fate.
 *
 * @param refused tokens of answers to refused requests, which never left the gateway
 * @param marked tokens of prose that left with the key of the account's group
 * @param free tokens that left without a mark, delayed or not
 */
public record TextVolume(long refused, long marked, long free) {
    /** No text. */
    public static final TextVolume NONE = new TextVolume(0, 0, 0);

    /** Returns the volume of a refused request, given the usage that its response would have had. */
    public static TextVolume refused(Usage usage) {
        return new TextVolume(tokens(usage.output()), 0, 0);
    }

    /**
     * Returns the volume of a delivered response. Of a marked response, the {@linkplain ResponseFacts#proseTokens tokens of
     * its prose} are marked. All other tokens are free.
     *
     * @param facts the amounts of prose, code and tool calls in the response
     * @param marked whether the response carries at least one mark
     */
    public static TextVolume delivered(Usage usage, ResponseFacts facts, boolean marked) {
        long output = tokens(usage.output());
        long prose = marked ? facts.proseTokens(usage) : 0;
        return new TextVolume(0, prose, output - prose);
    }

    private static long tokens(long reported) {
        return Math.max(0, reported);
    }

    /** Returns all tokens that were asked for. */
    public long asked() {
        return refused + marked + free;
    }

    /** Returns the sum of two volumes. */
    public TextVolume plus(TextVolume other) {
        return new TextVolume(refused + other.refused, marked + other.marked, free + other.free);
    }
}
