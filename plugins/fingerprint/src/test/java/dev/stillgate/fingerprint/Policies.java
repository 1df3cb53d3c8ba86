package dev.stillgate.fingerprint;

/** Policies for tests. */
final class Policies {
    /** What is in force when a policy says nothing. */
    static final FingerprintPolicy DEFAULT =
            new FingerprintPolicy(null, null, null, null, null, null, null, null, null);

    private Policies() {}
}
