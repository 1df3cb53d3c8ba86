package dev.stillgate.fingerprint.likeness;

/**
 * Share of one trait in a score.
 *
 * @param trait name of the trait
 * @param above value above which the account's bin begins, minus infinity for the first bin
 * @param upTo largest value of the bin, infinity for the last; NaN, like {@code above}, if the account has no value
 * @param logRatio log10 of the bin's share among the confirmed over that in the background
 */
public record TraitEvidence(String trait, double above, double upTo, double logRatio) {}
