package dev.stillgate.fingerprint.likeness;

/**
 * An account with the bin of each trait.
 *
 * @param account account index
 * @param bins bin by trait, {@link TraitBins#UNKNOWN} for an unknown value
 * @param stratum index of its stratum
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BinnedAccount(int account, boolean isReference, byte[] bins, int stratum) {}
