package dev.stillgate.fingerprint.link;

/**
 * Link between the accounts of a group.
 *
 * @param name what the accounts share, such as {@code payment} or {@code registration-burst}
 * @param accounts number of linked accounts
 * @param weight base-10 logarithm of odds
 * @param bound upper bound of the probability of such a link among unrelated accounts, 0 to 1
 */
public record Link(LinkKind kind, String name, int accounts, double weight, double bound) {}
