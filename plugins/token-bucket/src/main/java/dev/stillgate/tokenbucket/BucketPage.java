package dev.stillgate.tokenbucket;

import dev.stillgate.tokenbucket.bucket.BucketSet;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.policy.BucketLimits;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one owner, as the admin API shows them.
 *
 * @param tier the tier whose limits apply; null for the default limits
 * @param standing the standing whose limits apply
 * @param exchanges the number of exchanges in flight
 * @param pools the pools that an account draws from while it is pooled; empty for other owners
 */
public record BucketPage(
        @Nullable String tier, String standing, int exchanges, List<LimitView> limits, List<String> pools) {
    /**
     * The state of one limit.
     *
     * @param model the model that the bucket counts; null for all models and for unknown models
     * @param route the route that the bucket counts; null for all routes
     * @param unit {@code millionths of USD} (or another currency) for a limit of cost, the unit of its amounts; null for
     *     others
     * @param left the tokens left; negative for a debt
     * @param leased the tokens leased from the fleet's bucket and not used; 0 without a fleet
     * @param fullInSeconds the time until the limit is full again
     */
    public record LimitView(
            String name,
            String measure,
            @Nullable String model,
            @Nullable String route,
            @Nullable String unit,
            long capacity,
            long left,
            long leased,
            long fullInSeconds) {}

    /**
     * Returns the page of one owner.
     *
     * @param pools the pools of an account
     */
    static BucketPage of(BucketSet set, Buckets buckets, List<String> pools) {
        List<LimitView> views = new ArrayList<>();
        int[] exchanges = new int[1];
        set.visit(buckets.now(), (bucket, now) -> {
            exchanges[0] = Math.max(exchanges[0], bucket.inFlight());
            String model = buckets.models().name(BucketSet.model(bucket.key()));
            String route = buckets.routes().name(BucketSet.route(bucket.key()));
            BucketLimits limits = bucket.limits();
            for (int i = 0; i < limits.size(); i++) {
                TokenLimit limit = limits.get(i);
                views.add(new LimitView(
                        limit.name(),
                        limit.measure().label(),
                        model,
                        route,
                        limit.measure() == Measure.COST ? "millionths of " + limit.unit() : null,
                        limit.capacity(),
                        bucket.level(i),
                        bucket.leased(i),
                        Times.seconds(bucket.nanosUntilFull(i, now))));
            }
            for (int i = 0; i < limits.concurrency().length; i++) {
                TokenLimit limit = limits.concurrency()[i];
                long left = limit.capacity() - bucket.concurrencyInUse(i);
                views.add(new LimitView(
                        limit.name(), limit.measure().label(), model, route, null, limit.capacity(), left, 0, 0));
            }
        });
        OwnerLimits.Variant variant = set.limits().variant();
        return new BucketPage(
                variant.tier(), variant.standing().name().toLowerCase(Locale.ROOT), exchanges[0], views, pools);
    }
}
