package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** Policies for tests: fields that are not set are absent. */
public final class Policies {
    /** Policy without any settings. */
    public static final FingerprintPolicy DEFAULT = with(fields -> {});

    Map<String, Double> signals;
    LadderPolicy ladder;
    Duration expireAfter;
    Duration regroup;
    Integer ring;
    Integer maxAccounts;
    AllowPolicy allow;
    PoolPolicy pool;
    ReviewPolicy review;
    FactPolicy facts;
    Integer samples;

    private Policies() {}

    /** Returns a policy whose fields a consumer sets. */
    static FingerprintPolicy with(Consumer<Policies> fields) {
        Policies set = new Policies();
        fields.accept(set);
        return new FingerprintPolicy(
                set.signals,
                set.ladder,
                set.expireAfter,
                set.regroup,
                set.ring,
                set.maxAccounts,
                set.allow,
                set.pool,
                set.review,
                set.facts,
                set.samples);
    }

    public static FingerprintPolicy allowing(AllowPolicy allow) {
        return with(fields -> fields.allow = allow);
    }

    public static FingerprintPolicy sampling(int samples) {
        return with(fields -> fields.samples = samples);
    }
}
