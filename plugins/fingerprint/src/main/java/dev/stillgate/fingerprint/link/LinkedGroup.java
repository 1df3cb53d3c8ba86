package dev.stillgate.fingerprint.link;

/**
 * Accounts with a link in common.
 *
 * @param accounts account indexes
 * @param decisive whether the link justifies pooling without an operator
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LinkedGroup(int[] accounts, Link link, boolean decisive) {}
