package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.SharedBuckets;
import dev.stillgate.tokenbucket.lease.StoreState;
import dev.stillgate.tokenbucket.policy.FleetPolicy;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import io.github.bucket4j.Bandwidth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * Rounds of draws for this gateway's leases from the buckets that the fleet shares. They draw and return tokens on
 * a background thread, never on an event loop. Only used buckets take part, until all of their leased tokens are given
 * back.
 *
 * <p>A failed draw may have been executed by the store. Its debt then remains and may be paid twice; tokens to give
 * back are lost. In neither case is more granted than the limits allow.
 */
public final class LeaseRounds {
    /** The maximum number of draws in flight; the others wait for the next round. */
    private static final int MAX_DRAWS = 1000;

    /** The interval of probes: a lost owner that needs no tokens draws one, to test whether its draws still fail. */
    private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();

    private final String filter;
    private final LongSupplier clock;
    private final IntFunction<String> partitionName;
    private final ConcurrentLinkedQueue<BucketSet> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger drawsInFlight = new AtomicInteger();
    private final StoreState state;
    private long roundNumber;

    /**
     * Creates rounds without buckets.
     *
     * @param clock nanoseconds from an arbitrary origin
     * @param partitionName the name of the partition that a bucket counts, by the key of the bucket
     */
    LeaseRounds(String filter, LongSupplier clock, IntFunction<String> partitionName) {
        this.filter = filter;
        this.clock = clock;
        this.partitionName = partitionName;
        this.state = new StoreState(filter);
    }

    StoreState state() {
        return state;
    }

    /** Returns whether the store is joined and grants the draws of all owners. */
    public boolean isHealthy(Fleet fleet) {
        return fleet.link() == Fleet.Link.JOINED && state.lostOwners() == 0;
    }

    /** Adds a set to the next round. */
    void add(BucketSet set) {
        queue.add(set);
    }

    /**
     * Draws and gives back tokens for all used buckets. Calls must not overlap.
     *
     * @param settings the fleet settings of the active policy, which may differ although its limits are the same
     */
    public void round(Fleet fleet, PolicyLimits policy, FleetPolicy settings) {
        roundNumber++;
        boolean joined = fleet.link() == Fleet.Link.JOINED;
        state.beginRound(joined, Math.max(1, fleet.nodes()), policy, settings);
        if (joined) {
            drawAll(fleet.buckets(), policy);
        }
    }

    private void drawAll(SharedBuckets store, PolicyLimits policy) {
        int count = queue.size();
        boolean probing = roundNumber % Math.max(1, PROBE_NANOS / state.terms().roundNanos()) == 0;
        List<PlannedDraw> plans = new ArrayList<>();
        for (int i = 0; i < count && drawsInFlight.get() + plans.size() < MAX_DRAWS; i++) {
            BucketSet set = queue.poll();
            if (set == null) {
                break;
            }
            Bucket.LeaseRound round = (bucket, index, tokens) -> plan(plans, set, bucket, index, tokens);
            if (set.endRound(policy, roundNumber, probing, clock.getAsLong(), round)) {
                queue.add(set);
            }
        }
        plans.forEach(plan -> send(store, plan)); // outside of all monitors
    }

    private record PlannedDraw(BucketSet set, Bucket bucket, TokenLimit limit, SharedBuckets.Draw draw) {}

    private void plan(List<PlannedDraw> plans, BucketSet set, Bucket bucket, int index, long tokens) {
        TokenLimit limit = bucket.limits().get(index);
        Bandwidth bandwidth = limit.bandwidth();
        if (bandwidth == null) {
            return;
        }
        long owed = tokens < 0 ? tokens : Math.max(0, -bucket.leased(index));
        long wanted = tokens < 0 ? 0 : tokens - owed;
        if (tokens < 0) {
            bucket.addLeased(index, tokens); // removed first, so that no request uses it meanwhile
        }
        var terms = new SharedBuckets.Terms(
                bandwidth.getCapacity(),
                bandwidth.getRefillTokens(),
                Duration.ofNanos(bandwidth.getRefillPeriodNanos()),
                bandwidth.isRefillIntervally());
        String key = filter + ':' + set.ownerKey() + ':' + partitionName.apply(bucket.key()) + ':' + limit.name();
        set.startDraw();
        plans.add(new PlannedDraw(set, bucket, limit, new SharedBuckets.Draw(key, terms, owed, wanted)));
    }

    private void send(SharedBuckets store, PlannedDraw plan) {
        drawsInFlight.incrementAndGet();
        store.draw(plan.draw).whenComplete((drawn, failure) -> {
            drawsInFlight.decrementAndGet();
            if (drawn == null) {
                plan.set.drawFailed(
                        failure == null ? new IllegalStateException("no response from the store") : failure,
                        clock.getAsLong());
            } else {
                long leased = Math.max(0, plan.draw.owed()) + drawn.granted();
                plan.set.completeDraw(plan.bucket, plan.limit, leased, drawn.left(), clock.getAsLong());
            }
        });
    }
}
