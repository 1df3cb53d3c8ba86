package dev.stillgate.fingerprint.analysis;

/**
 * Accounts of a cohort that lie closer together than strangers do.
 *
 * @param members their rows, the surest first
 * @param evidence ln of the likelihood ratio against strangers, less what the search cost
 * @param centre where they lie
 * @param dimensions how many coordinates were looked at
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Clump(int[] members, double evidence, double[] centre, int dimensions) {}
