package dev.stillgate.fingerprint;

/** Policies for tests. */
final class Policies {
    /** What is in force when a policy says nothing. */
    static final FingerprintPolicy DEFAULT = allowing(null);

    private Policies() {}

    static FingerprintPolicy allowing(AllowPolicy allow) {
        return new FingerprintPolicy(null, null, null, null, null, null, null, null, null, allow, null);
    }

    static FingerprintPolicy sampling(int samples) {
        return new FingerprintPolicy(null, null, null, null, null, null, null, null, null, null, samples);
    }
}
