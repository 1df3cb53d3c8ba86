package dev.stillgate.fingerprint.join;

/**
 * Evidence of one trait of an account.
 *
 * @param trait name as on pages
 * @param value the account's value
 * @param logRatio log10 of the likelihood ratio, negative if the trait speaks against the campaign
 * @param campaignShare share of the campaign's accounts with the value, or with any value that they do not share
 * @param backgroundShare the same share among known customers
 */
public record TraitWeight(
        String trait, JoinTrait.Side side, int value, double logRatio, double campaignShare, double backgroundShare) {}
