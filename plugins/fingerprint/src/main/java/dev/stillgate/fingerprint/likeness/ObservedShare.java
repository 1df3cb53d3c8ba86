package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.stats.BinomialBounds;

/**
 * Share of accounts that were flagged, with one-sided 95 % bounds.
 *
 * @param flagged at most {@code of}
 */
public record ObservedShare(int flagged, int of) {
    /** Returns the share, NaN without accounts. */
    public double share() {
        return (double) flagged / of;
    }

    /** Returns the lower bound, 0 without accounts. */
    public double lower() {
        return BinomialBounds.lower(flagged, of);
    }

    /** Returns the upper bound, 1 without accounts. */
    public double upper() {
        return BinomialBounds.upper(flagged, of);
    }
}
