package dev.stillgate.fingerprint.candidate;

/**
 * Accounts of a cohort that are at work in the same manner and do the same amount of it.
 *
 * @param members their rows, the surest first
 * @param evidence ln of the likelihood ratio of their paces against strangers', less what the search cost
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PaceCluster(int[] members, double evidence) {}
