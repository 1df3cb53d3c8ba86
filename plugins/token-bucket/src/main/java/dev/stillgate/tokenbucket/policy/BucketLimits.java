package dev.stillgate.tokenbucket.policy;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The limits of one bucket: Bucket4j's configuration of the limits that refill, and the concurrency limits. */
public final class BucketLimits {
    /** Stands for a limit that a change of a later one must not touch; no level reaches its capacity. */
    private static final Bandwidth UNLIMITED = Bandwidth.builder()
            .capacity(Long.MAX_VALUE)
            .refillGreedy(1, Duration.ofDays(1))
            .build();

    private final TokenLimit[] refilling;
    private final TokenLimit[] concurrency;
    private final @Nullable BucketConfiguration configuration;
    private final BucketConfiguration[] upTo;
    private final Set<String> ids;
    private final boolean reportsShares;

    BucketLimits(List<TokenLimit> limits) {
        this.refilling =
                limits.stream().filter(limit -> limit.bandwidth() != null).toArray(TokenLimit[]::new);
        this.concurrency =
                limits.stream().filter(limit -> limit.bandwidth() == null).toArray(TokenLimit[]::new);
        List<Bandwidth> bandwidths = new ArrayList<>();
        for (TokenLimit limit : refilling) {
            bandwidths.add(limit.bandwidth());
        }
        this.configuration = bandwidths.isEmpty() ? null : new BucketConfiguration(bandwidths);
        this.ids = bandwidths.stream().map(Bandwidth::getId).collect(Collectors.toUnmodifiableSet());
        this.reportsShares = limits.stream().anyMatch(limit -> limit.shares() != null);
        this.upTo = new BucketConfiguration[refilling.length];
        for (int i = 0; i < upTo.length; i++) {
            List<Bandwidth> ending = new ArrayList<>(Collections.nCopies(i, UNLIMITED));
            ending.add(bandwidths.get(i));
            upTo[i] = new BucketConfiguration(ending);
        }
    }

    /** Returns whether the use of any limit is reported. */
    public boolean reportsShares() {
        return reportsShares;
    }

    public int size() {
        return refilling.length;
    }

    public TokenLimit get(int index) {
        return refilling[index];
    }

    public TokenLimit[] concurrency() {
        return concurrency;
    }

    /** Returns the concurrency limit with a name; null if there is none. */
    @Nullable
    public TokenLimit concurrency(String name) {
        for (TokenLimit limit : concurrency) {
            if (limit.name().equals(name)) {
                return limit;
            }
        }
        return null;
    }

    @Nullable
    public BucketConfiguration configuration() {
        return configuration;
    }

    /**
     * Returns a configuration that ends with the bandwidth at an index, after bandwidths that are never full. Tokens
     * added or taken under it change no later limit.
     */
    public BucketConfiguration upTo(int index) {
        return upTo[index];
    }

    /**
     * Returns the index of the limit with the same name, which takes over the tokens of the other limit; -1 if there is
     * none.
     */
    public int indexOf(TokenLimit other) {
        for (int i = 0; i < refilling.length; i++) {
            if (refilling[i].name().equals(other.name())) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether the bandwidth at an index continues a bandwidth of earlier limits with all of its state. */
    public boolean continues(BucketLimits before, int index) {
        Bandwidth bandwidth = refilling[index].bandwidth();
        return bandwidth != null && before.ids.contains(bandwidth.getId());
    }

    /**
     * Returns the configuration in which bandwidths that continue no earlier bandwidth start with a given level; null
     * if all continue.
     *
     * @param left the start level by index; a debt starts at 0
     */
    @Nullable
    public BucketConfiguration startingWith(BucketLimits before, long[] left) {
        List<Bandwidth> starting = new ArrayList<>();
        boolean hasNew = false;
        for (int i = 0; i < refilling.length; i++) {
            Bandwidth bandwidth = refilling[i].bandwidth();
            if (bandwidth != null) {
                boolean continued = continues(before, i);
                hasNew |= !continued;
                starting.add(continued ? bandwidth : Bandwidths.startingWith(bandwidth, Math.max(0, left[i])));
            }
        }
        return hasNew ? new BucketConfiguration(starting) : null;
    }
}
