package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a policy for one owner of buckets (an account, a pool, an organisation, or everyone together). They are grouped
 * by the partition of the owner's traffic that they count.
 */
public final class OwnerLimits {
    /** The number of partition kinds: all traffic of the owner, by model, by route, by model and route. */
    public static final int KINDS = 4;

    /** The bit of partition kinds with one bucket for each model. */
    public static final int BY_MODEL = 1;

    /** The bit of partition kinds with one bucket for each route. */
    public static final int BY_ROUTE = 2;

    private final long generation;
    private final Variant variant;
    private final @Nullable BucketLimits[] byKind = new BucketLimits[KINDS];
    private final long fillNanos;

    /**
     * The attributes of an account that select its limits in a policy.
     *
     * @param tier the account's tier; null without a tier
     * @param standing the lowest standing with these limits
     * @param withoutOrganisation whether the account belongs to no organisation, so that limits by organisation apply
     *     to it alone
     */
    public record Variant(@Nullable String tier, Standing standing, boolean withoutOrganisation) {
        public static final Variant DEFAULT = new Variant(null, Standing.CLEAR, true);
    }

    /**
     * Creates the limits of an owner.
     *
     * @param generation the version of the filter's policy; later versions are higher
     * @param limits the limits by partition kind; an empty list for a kind without limits
     */
    OwnerLimits(long generation, Variant variant, List<List<TokenLimit>> limits) {
        this.generation = generation;
        this.variant = variant;
        for (int kind = 0; kind < KINDS; kind++) {
            byKind[kind] = limits.get(kind).isEmpty() ? null : new BucketLimits(limits.get(kind));
        }
        this.fillNanos = limits.stream()
                .flatMap(List::stream)
                .mapToLong(limit -> limit.refillNanos(limit.capacity()))
                .max()
                .orElse(0);
    }

    /** Returns the partition kind of a scope. */
    static int kind(Set<Scope> scope) {
        return (scope.contains(Scope.MODEL) ? BY_MODEL : 0) | (scope.contains(Scope.ROUTE) ? BY_ROUTE : 0);
    }

    public long generation() {
        return generation;
    }

    public Variant variant() {
        return variant;
    }

    /** Returns the limits of a partition kind; null if it has none. */
    @Nullable
    public BucketLimits bucketLimits(int kind) {
        return byKind[kind];
    }

    /** Returns the time in which all empty buckets are full, in nanoseconds. */
    public long fillNanos() {
        return fillNanos;
    }

    public boolean isEmpty() {
        for (BucketLimits bucketLimits : byKind) {
            if (bucketLimits != null) {
                return false;
            }
        }
        return true;
    }

    public List<TokenLimit> all() {
        List<TokenLimit> all = new ArrayList<>();
        for (BucketLimits bucketLimits : byKind) {
            if (bucketLimits != null) {
                for (int i = 0; i < bucketLimits.size(); i++) {
                    all.add(bucketLimits.get(i));
                }
                all.addAll(List.of(bucketLimits.concurrency()));
            }
        }
        return all;
    }
}
