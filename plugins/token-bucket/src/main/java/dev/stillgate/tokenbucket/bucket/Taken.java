package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.BucketLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The buckets that the tokens of a reservation were taken from, each with its limits at that time and the index of its
 * owner in the reservation. Reusable, so that a decision allocates nothing. Not thread-safe.
 */
final class Taken {
    private final List<Bucket> buckets = new ArrayList<>();
    private final List<BucketLimits> limits = new ArrayList<>();
    private int[] owners = new int[12];
    private int[] adoptions = new int[12];

    void clear() {
        buckets.clear();
        limits.clear();
    }

    void add(Bucket bucket, BucketLimits atThatTime, int owner) {
        if (buckets.size() == owners.length) {
            owners = Arrays.copyOf(owners, 2 * owners.length);
            adoptions = Arrays.copyOf(adoptions, owners.length);
        }
        owners[buckets.size()] = owner;
        adoptions[buckets.size()] = bucket.adoptions();
        buckets.add(bucket);
        limits.add(atThatTime);
    }

    int size() {
        return buckets.size();
    }

    Bucket bucket(int index) {
        return buckets.get(index);
    }

    BucketLimits limits(int index) {
        return limits.get(index);
    }

    /** Returns the {@link Bucket#adoptions} at that time. */
    int adoptions(int index) {
        return adoptions[index];
    }

    /** Returns the index of the owner of a bucket. */
    int owner(int index) {
        return owners[index];
    }
}
