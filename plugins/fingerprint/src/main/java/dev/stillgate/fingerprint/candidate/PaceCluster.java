package dev.stillgate.fingerprint.candidate;

/**
 * Accounts of a cohort that work in the same manner at the same pace.
 *
 * @param members rows, the surest first
 * @param evidence ln of the likelihood ratio to the background, less the penalty of the search
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PaceCluster(int[] members, double evidence) {}
