package dev.stillgate.loadtests.labels;

import dev.stillgate.proxy.backtest.TextVolume;

/**
 * Shares of the output tokens that were asked for, from 0 to 1. They add up to 1, or all are NaN if no token was asked
 * for.
 *
 * @param refused the share that never left the gateway
 * @param marked the share that left with the key of a group
 * @param free the share that left without a mark, delayed or not
 */
record TextShares(double refused, double marked, double free) {
    /** The shares of no text. */
    static final TextShares NONE = new TextShares(Double.NaN, Double.NaN, Double.NaN);

    /** Returns the shares of a volume. */
    static TextShares of(TextVolume volume) {
        double asked = volume.asked();
        return asked == 0
                ? NONE
                : new TextShares(volume.refused() / asked, volume.marked() / asked, volume.free() / asked);
    }

    /** Returns whether no token was asked for. */
    boolean isNone() {
        return Double.isNaN(free);
    }

    /** Returns the weighted mean of these shares and others, which weigh {@code 1 - weight}. */
    TextShares mixed(double weight, TextShares other) {
        double rest = 1 - weight;
        return new TextShares(
                weight * refused + rest * other.refused,
                weight * marked + rest * other.marked,
                weight * free + rest * other.free);
    }
}
