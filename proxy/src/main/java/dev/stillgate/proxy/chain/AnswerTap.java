package dev.stillgate.proxy.chain;

import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * How an answer is to be passed on, put together from what the filters want.
 *
 * @param prose what its prose passes through, filters in shadow included; null for nothing
 * @param edits whether that may change the prose: no when all of these filters are in shadow
 * @param pace the slowest pace, null for none
 */
public record AnswerTap(ResponseTap.@Nullable Prose prose, boolean edits, ResponseTap.@Nullable Pace pace) {
    /** The answer passes byte for byte. */
    public static final AnswerTap NONE = new AnswerTap(null, false, null);
}
