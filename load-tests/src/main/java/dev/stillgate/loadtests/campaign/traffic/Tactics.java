package dev.stillgate.loadtests.campaign.traffic;

/**
 * Reaction of campaigns to a gateway.
 *
 * @param mostTimes most requests of an account a day once the campaign was refused, as a multiple of the planned ones
 * @param replaces whether accounts that are blocked or refused for a day are replaced by new ones
 */
public record Tactics(double mostTimes, boolean replaces) {
    /** Three times the planned requests, and replacements: a stubborn campaign that does not want to stand out. */
    public static final Tactics STUBBORN = new Tactics(3, true);
}
