package dev.stillgate.tokenbucket.policy;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The limits that one bucket keeps: Bucket4j's configuration for all that refill, and those of concurrency. */
public final class PartLimits {
    private final TokenLimit[] refilled;
    private final TokenLimit[] concurrency;
    private final @Nullable BucketConfiguration configuration;
    private final Set<String> ids;

    /** The limits of one bucket, in the order of the policy. */
    PartLimits(List<TokenLimit> limits) {
        this.refilled = limits.stream().filter(each -> each.bandwidth() != null).toArray(TokenLimit[]::new);
        this.concurrency =
                limits.stream().filter(each -> each.bandwidth() == null).toArray(TokenLimit[]::new);
        List<Bandwidth> bandwidths = new ArrayList<>();
        for (TokenLimit each : refilled) {
            bandwidths.add(each.bandwidth());
        }
        this.configuration = bandwidths.isEmpty() ? null : new BucketConfiguration(bandwidths);
        this.ids = bandwidths.stream().map(Bandwidth::getId).collect(Collectors.toUnmodifiableSet());
    }

    public int size() {
        return refilled.length;
    }

    /** Returns the limit of the bandwidth at an index. */
    public TokenLimit get(int index) {
        return refilled[index];
    }

    public TokenLimit[] concurrency() {
        return concurrency;
    }

    /** Returns the limit of concurrency of a name, or null. */
    @Nullable
    public TokenLimit concurrency(String name) {
        for (TokenLimit each : concurrency) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    @Nullable
    public BucketConfiguration configuration() {
        return configuration;
    }

    /**
     * Returns the index of the limit that goes on with what a limit of other limits has counted: the one of its name,
     * else -1.
     */
    public int indexOf(TokenLimit other) {
        for (int i = 0; i < refilled.length; i++) {
            if (refilled[i].name().equals(other.name())) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether the bandwidth at an index goes on with one of other limits. */
    public boolean continues(PartLimits before, int index) {
        Bandwidth bandwidth = refilled[index].bandwidth();
        return bandwidth != null && before.ids.contains(bandwidth.getId());
    }

    /**
     * Returns the configuration in which every limit that does not continue one of the limits before starts with what
     * is left of it, or null when all continue.
     *
     * @param left what is left, by index; a debt counts as nothing
     */
    @Nullable
    public BucketConfiguration startingWith(PartLimits before, long[] left) {
        List<Bandwidth> starting = new ArrayList<>();
        boolean isNew = false;
        for (int i = 0; i < refilled.length; i++) {
            Bandwidth bandwidth = refilled[i].bandwidth();
            if (bandwidth != null) {
                boolean continued = continues(before, i);
                isNew |= !continued;
                starting.add(continued ? bandwidth : Bandwidths.startingWith(bandwidth, Math.max(0, left[i])));
            }
        }
        return isNew ? new BucketConfiguration(starting) : null;
    }
}
