package dev.stillgate.tokenbucket;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The limits of a policy as they hold for one kind of bucket: Bucket4j's configuration, shared by all of the kind. */
final class Limits {
    private final long generation;
    private final @Nullable String tier;
    private final List<NamedBandwidth> bandwidths;
    private final BucketConfiguration configuration;
    private final Set<String> ids;
    private final long smallestCapacity;
    private final long nanosFromEmpty;
    private final long nanosForOne;

    /**
     * Limits of a policy.
     *
     * @param generation which policy of the filter it is; later ones are higher
     * @param tier the tier they are made for, null for everybody else
     */
    Limits(long generation, @Nullable String tier, List<NamedBandwidth> bandwidths) {
        this.generation = generation;
        this.tier = tier;
        this.bandwidths = List.copyOf(bandwidths);
        this.configuration = new BucketConfiguration(
                bandwidths.stream().map(NamedBandwidth::bandwidth).toList());
        this.ids = bandwidths.stream().map(each -> each.bandwidth().getId()).collect(Collectors.toUnmodifiableSet());
        this.smallestCapacity =
                bandwidths.stream().mapToLong(NamedBandwidth::capacity).min().orElseThrow();
        this.nanosFromEmpty = bandwidths.stream()
                .mapToLong(NamedBandwidth::nanosFromEmpty)
                .max()
                .orElseThrow();
        this.nanosForOne = slowest(1);
    }

    long generation() {
        return generation;
    }

    @Nullable
    String tier() {
        return tier;
    }

    List<NamedBandwidth> bandwidths() {
        return bandwidths;
    }

    BucketConfiguration configuration() {
        return configuration;
    }

    long smallestCapacity() {
        return smallestCapacity;
    }

    /** Returns how long it takes at most until an empty bucket is full, in nanoseconds. */
    long nanosFromEmpty() {
        return nanosFromEmpty;
    }

    /** Returns how much later at most the bucket is full when so many more are taken, in nanoseconds. */
    long nanosFor(long tokens) {
        return tokens == 1 ? nanosForOne : slowest(tokens);
    }

    boolean hasName(String name) {
        return bandwidths.stream().anyMatch(each -> each.name().equals(name));
    }

    private boolean has(Bandwidth bandwidth) {
        return ids.contains(bandwidth.getId());
    }

    /**
     * Returns the configuration in which every limit that these limits do not already have starts with what is known to
     * be left of it, or null when there is no such limit.
     *
     * @param known what is left by limit, for these limits
     */
    @Nullable
    BucketConfiguration startingFrom(Limits before, Known known) {
        List<Bandwidth> starting = new ArrayList<>();
        boolean isNew = false;
        for (NamedBandwidth each : bandwidths) {
            Bandwidth bandwidth = each.bandwidth();
            if (!before.has(bandwidth)) {
                isNew = true;
                bandwidth = copyOf(bandwidth, known.left(each));
            }
            starting.add(bandwidth);
        }
        return isNew ? new BucketConfiguration(starting) : null;
    }

    private static Bandwidth copyOf(Bandwidth full, long tokens) {
        var capacity = Bandwidth.builder().capacity(full.getCapacity());
        var period = Duration.ofNanos(full.getRefillPeriodNanos());
        var refilled = full.isRefillIntervally()
                ? capacity.refillIntervally(full.getRefillTokens(), period)
                : capacity.refillGreedy(full.getRefillTokens(), period);
        return refilled.id(full.getId()).initialTokens(tokens).build();
    }

    private long slowest(long tokens) {
        long most = 0;
        for (NamedBandwidth each : bandwidths) {
            most = Math.max(most, each.nanosFor(tokens));
        }
        return most;
    }

    /** What is known to be left of a limit that a bucket did not have so far. */
    @FunctionalInterface
    interface Known {
        long left(NamedBandwidth limit);
    }
}
