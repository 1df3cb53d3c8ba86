package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowPolicy;

/** Policies for tests. */
public final class Policies {
    /** Policy without any settings. */
    public static final FingerprintPolicy DEFAULT = allowing(null);

    private Policies() {}

    public static FingerprintPolicy allowing(AllowPolicy allow) {
        return new FingerprintPolicy(null, null, null, null, null, null, null, null, null, allow, null);
    }

    public static FingerprintPolicy sampling(int samples) {
        return new FingerprintPolicy(null, null, null, null, null, null, null, null, null, null, samples);
    }
}
