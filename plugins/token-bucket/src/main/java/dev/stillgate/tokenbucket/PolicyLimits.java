package dev.stillgate.tokenbucket;

import dev.stillgate.spi.PolicyException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The limits of one policy for every kind of bucket. */
final class PolicyLimits {
    private final TokenBucketPolicy policy;
    private final long generation;
    private final Limits standard;
    private final Limits overflow;
    private final Map<String, Limits> byTier = new HashMap<>();

    /**
     * The limits of a policy.
     *
     * @throws PolicyException when a factor makes a limit impossible
     */
    PolicyLimits(TokenBucketPolicy policy, long generation) {
        this.policy = policy;
        this.generation = generation;
        this.standard = times(null, 1.0, "limits");
        this.overflow = times(null, policy.overflowFactor(), "overflow.factor");
        policy.tierFactors().forEach((tier, factor) -> byTier.put(tier, times(tier, factor, "tiers." + tier)));
    }

    long generation() {
        return generation;
    }

    /** Returns whether another policy asks for the same limits. */
    boolean isFor(TokenBucketPolicy other) {
        return policy.limits().equals(other.limits())
                && policy.tierFactors().equals(other.tierFactors())
                && policy.overflowFactor() == other.overflowFactor();
    }

    Limits forTier(@Nullable String tier) {
        Limits special = tier == null ? null : byTier.get(tier);
        return special == null ? standard : special;
    }

    Limits overflow() {
        return overflow;
    }

    /** Returns the names of the limits that the other policy has and this one has not. */
    List<String> missing(PolicyLimits other) {
        List<String> names = new ArrayList<>(other.policy.limits().stream()
                .map(TokenBucketPolicy.Limit::name)
                .toList());
        names.removeAll(
                policy.limits().stream().map(TokenBucketPolicy.Limit::name).toList());
        return names;
    }

    private Limits times(@Nullable String tier, double factor, String at) {
        try {
            return new Limits(
                    generation,
                    tier,
                    policy.limits().stream().map(limit -> limit.times(factor)).toList());
        } catch (IllegalArgumentException e) {
            throw new PolicyException(at, e.getMessage() + " (times " + factor + ')');
        }
    }
}
