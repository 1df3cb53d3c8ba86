package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.options.Options;
import java.util.List;

/**
 * Reaction of campaigns to a gateway.
 *
 * @param mostTimes most requests of an account a day once the campaign was refused, as a multiple of the planned ones
 * @param replaces whether accounts that are blocked or refused for a day are replaced by new ones
 */
public record Tactics(double mostTimes, boolean replaces) {
    /** Three times the planned requests, and replacements: a stubborn campaign that does not want to stand out. */
    public static final Tactics STUBBORN = new Tactics(3, true);

    /** The options that set the tactics of a closed loop. */
    public static final List<String> OPTIONS = List.of("--catch-up", "--replace");

    /** Reads the tactics of a closed loop. */
    public static Tactics of(Options options) {
        return new Tactics(
                options.number("--catch-up", STUBBORN.mostTimes, 1, 1000),
                options.choice("--replace", "yes", List.of("yes", "no")).equals("yes"));
    }
}
