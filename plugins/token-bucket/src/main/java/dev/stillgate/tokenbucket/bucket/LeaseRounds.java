package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.SharedBuckets;
import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.lease.LostOwners;
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
import org.jspecify.annotations.Nullable;

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

    /**
     * Leases become binding after this many rounds with the store; the tokens used during an outage have been drawn by
     * then.
     */
    private static final int ROUNDS_UNBOUND = 5;

    /** The interval of probes: a lost owner that needs no tokens draws one, to test whether its draws still fail. */
    private static final long PROBE_NANOS = Duration.ofSeconds(1).toNanos();

    private final String filter;
    private final LongSupplier clock;
    private final IntFunction<String> partitionName;
    private final ConcurrentLinkedQueue<BucketSet> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger drawsInFlight = new AtomicInteger();
    private final AtomicInteger outages = new AtomicInteger();
    private int roundsJoined;
    private long roundNumber;
    private final LostOwners lostOwners;
    private volatile LeaseTerms terms;
    private volatile LeaseTerms lostTerms;
    private volatile @Nullable Share share;

    /**
     * The limits while the store or some owners are lost.
     *
     * @param policy the limits of the policy that are divided
     * @param allOwners whether they apply to all owners; otherwise only to lost owners
     */
    private record Share(PolicyLimits policy, int divisor, PolicyLimits limits, boolean allOwners) {}

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
        this.lostOwners = new LostOwners(filter);
        this.terms = new LeaseTerms(false, true, 1, Duration.ofSeconds(1).toNanos());
        this.lostTerms = terms;
    }

    LeaseTerms terms() {
        return terms;
    }

    /** Returns the limits in effect: those of the policy or, while the store is lost, the share of this gateway. */
    PolicyLimits limits(PolicyLimits policy) {
        Share lost = share;
        return lost != null && lost.allOwners() && lost.policy() == policy ? lost.limits() : policy;
    }

    /** Returns the limits of an owner whose draws keep failing. */
    PolicyLimits lostLimits(PolicyLimits policy) {
        Share lost = share;
        return lost != null && lost.policy() == policy ? lost.limits() : policy;
    }

    /** Returns the lease terms of an owner whose draws keep failing. */
    LeaseTerms lostTerms() {
        return lostTerms;
    }

    LostOwners lostOwners() {
        return lostOwners;
    }

    /** Returns whether the store is joined and grants the draws of all owners. */
    public boolean isHealthy(Fleet fleet) {
        return fleet.link() == Fleet.Link.JOINED && lostOwners.count() == 0;
    }

    /** Returns how many times the store was joined, including the first time. */
    int outages() {
        return outages.get();
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
        int nodes = Math.max(1, fleet.nodes());
        long nanos = settings.drawPeriod().toNanos();
        boolean joined = fleet.link() == Fleet.Link.JOINED;
        int divisor = settings.lossBehaviour() == FleetPolicy.WhenLost.SHARE ? nodes : 1;
        if (joined && lostOwners.count() == 0) {
            share = null;
        } else {
            updateShare(policy, divisor, !joined);
        }
        lostTerms = new LeaseTerms(settings.lossBehaviour() == FleetPolicy.WhenLost.CLOSED, false, nodes, nanos);
        if (joined) {
            if (roundsJoined++ == 0) {
                outages.incrementAndGet();
            }
            terms = new LeaseTerms(roundsJoined > ROUNDS_UNBOUND, true, nodes, nanos);
            drawAll(fleet.buckets(), policy);
        } else {
            roundsJoined = 0;
            terms = lostTerms;
        }
    }

    private void updateShare(PolicyLimits policy, int divisor, boolean allOwners) {
        Share before = share;
        if (before == null || before.policy() != policy || before.divisor() != divisor) {
            share = new Share(policy, divisor, divisor == 1 ? policy : policy.dividedBy(divisor), allOwners);
        } else if (before.allOwners() != allOwners) {
            share = new Share(policy, divisor, before.limits(), allOwners);
        }
    }

    private void drawAll(SharedBuckets store, PolicyLimits policy) {
        int count = queue.size();
        boolean probing = roundNumber % Math.max(1, PROBE_NANOS / terms.roundNanos()) == 0;
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
