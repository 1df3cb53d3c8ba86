package dev.stillgate.fingerprint.likeness;

/**
 * A confirmed account as the model of the other confirmed accounts sees it.
 *
 * @param account account index
 * @param score in log10
 * @param p conformal p-value
 * @param unlike whether the account does not resemble the others and is left out of the model
 */
public record ConfirmedAccount(int account, double score, double p, boolean unlike) {}
