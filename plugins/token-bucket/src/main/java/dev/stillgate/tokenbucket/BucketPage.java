package dev.stillgate.tokenbucket;

import dev.stillgate.tokenbucket.bucket.BucketSet;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PartLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the admin sees of an owner's buckets.
 *
 * @param tier the tier whose limits it has, null for everybody's
 * @param standing the standing whose limits it has
 * @param exchanges how many are under way
 */
public record BucketPage(@Nullable String tier, String standing, int exchanges, List<Shown> limits) {
    /**
     * One limit.
     *
     * @param model the model that it counts, null for all and for those that are not known
     * @param route the route that it counts, null for all
     * @param left what is left now, below zero for a debt
     * @param leased what this gateway holds of the fleet's bucket, 0 without a fleet
     * @param fullInSeconds how long it takes until it is full again
     */
    public record Shown(
            String name,
            String measure,
            @Nullable String model,
            @Nullable String route,
            long capacity,
            long left,
            long leased,
            long fullInSeconds) {}

    /** Shows a set. */
    static BucketPage of(BucketSet set, Buckets buckets) {
        List<Shown> shown = new ArrayList<>();
        int[] exchanges = new int[1];
        set.show(buckets.now(), (bucket, now) -> {
            exchanges[0] = Math.max(exchanges[0], bucket.inFlight());
            String model = buckets.models().name(BucketSet.model(bucket.key()));
            String route = buckets.routes().name(BucketSet.route(bucket.key()));
            PartLimits limits = bucket.limits();
            for (int i = 0; i < limits.size(); i++) {
                TokenLimit limit = limits.get(i);
                shown.add(new Shown(
                        limit.name(),
                        limit.measure().label(),
                        model,
                        route,
                        limit.capacity(),
                        bucket.level(i),
                        bucket.held(i),
                        Times.seconds(bucket.untilFull(i, now))));
            }
            for (int i = 0; i < limits.concurrency().length; i++) {
                TokenLimit limit = limits.concurrency()[i];
                long left = limit.capacity() - bucket.underWay(i);
                shown.add(new Shown(limit.name(), limit.measure().label(), model, route, limit.capacity(), left, 0, 0));
            }
        });
        OwnerLimits.Variant variant = set.limits().variant();
        return new BucketPage(variant.tier(), variant.standing().name().toLowerCase(Locale.ROOT), exchanges[0], shown);
    }
}
