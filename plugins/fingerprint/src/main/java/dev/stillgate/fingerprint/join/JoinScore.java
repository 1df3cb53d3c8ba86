package dev.stillgate.fingerprint.join;

/**
 * Evidence that an account belongs to a campaign, as log10 of likelihood ratios.
 *
 * @param asked sum over the traits of what is asked
 * @param origin sum over the traits of where requests come from
 */
public record JoinScore(double asked, double origin) {
    public double total() {
        return asked + origin;
    }
}
