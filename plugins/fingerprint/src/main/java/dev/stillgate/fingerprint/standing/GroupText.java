package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.capture.Observation;

/**
 * Text that some accounts asked for, in output tokens.
 *
 * @param requestsRefused requests refused because of a standing; each prompt of a batch counts
 * @param tokensRefused estimate of the output tokens of their responses
 * @param tokensMarked output tokens of prose that left with a mark
 * @param tokensFree all other output tokens that left
 */
public record GroupText(long requestsRefused, long tokensRefused, long tokensMarked, long tokensFree) {
    /** No text. */
    public static final GroupText NONE = new GroupText(0, 0, 0, 0);

    /** Returns the sum of two texts. */
    public GroupText plus(GroupText other) {
        return new GroupText(
                requestsRefused + other.requestsRefused,
                tokensRefused + other.tokensRefused,
                tokensMarked + other.tokensMarked,
                tokensFree + other.tokensFree);
    }

    /**
     * Returns the text of one observation.
     *
     * @param typicalResponse mean output tokens of the account's responses, by which a refused one is estimated
     */
    public static GroupText of(Observation seen, double typicalResponse) {
        long output = Math.max(0, seen.outputTokens);
        long marked = Math.clamp(seen.markedTokens, 0, output);
        return new GroupText(
                seen.refusedPrompts, Math.round(seen.refusedPrompts * typicalResponse), marked, output - marked);
    }
}
