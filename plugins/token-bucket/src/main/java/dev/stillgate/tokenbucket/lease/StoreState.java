package dev.stillgate.tokenbucket.lease;

import dev.stillgate.tokenbucket.policy.FleetPolicy;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether the fleet's store answers, for which owners it does not, and the limits and lease terms that follow. A store
 * that is not joined is lost for all owners. An owner whose draws keep failing is lost although the store is joined.
 * Thread-safe.
 */
public final class StoreState {
    private static final System.Logger LOG = System.getLogger(StoreState.class.getName());
    private static final long LOG_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    /**
     * Leases become binding after this many rounds with the store; the tokens used during an outage have been drawn by
     * then.
     */
    private static final int ROUNDS_UNBOUND = 5;

    private final String filter;
    private final AtomicInteger outages = new AtomicInteger();
    private final AtomicInteger lostOwners = new AtomicInteger();
    private final AtomicLong quietUntil = new AtomicLong(Long.MIN_VALUE);
    private int roundsJoined;
    private volatile LeaseTerms terms =
            new LeaseTerms(false, true, 1, Duration.ofSeconds(1).toNanos());
    private volatile LeaseTerms lostTerms = terms;
    private volatile @Nullable Share share;

    /**
     * The limits while the store or some owners are lost.
     *
     * @param policy the limits of the policy that are divided
     * @param allOwners whether they apply to all owners; otherwise only to lost owners
     */
    private record Share(PolicyLimits policy, int divisor, PolicyLimits limits, boolean allOwners) {}

    /** Creates the state of a store that was not joined yet. */
    public StoreState(String filter) {
        this.filter = filter;
    }

    /**
     * Begins a round of draws. Calls must not overlap.
     *
     * @param joined whether the store is joined
     * @param nodes the number of gateways
     */
    public void beginRound(boolean joined, int nodes, PolicyLimits policy, FleetPolicy settings) {
        long nanos = settings.drawPeriod().toNanos();
        int divisor = settings.lossBehaviour() == FleetPolicy.WhenLost.SHARE ? nodes : 1;
        if (joined && lostOwners() == 0) {
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

    public LeaseTerms terms() {
        return terms;
    }

    /** Returns the limits in effect: those of the policy or, while the store is lost, the share of this gateway. */
    public PolicyLimits limits(PolicyLimits policy) {
        Share lost = share;
        return lost != null && lost.allOwners() && lost.policy() == policy ? lost.limits() : policy;
    }

    /** Returns the limits of a lost owner. */
    public PolicyLimits lostLimits(PolicyLimits policy) {
        Share lost = share;
        return lost != null && lost.policy() == policy ? lost.limits() : policy;
    }

    /** Returns the lease terms of a lost owner. */
    public LeaseTerms lostTerms() {
        return lostTerms;
    }

    /** Returns how many times the store was joined, including the first time. */
    public int outages() {
        return outages.get();
    }

    /** Counts a lost owner; logs the reason if it is the only one, at most once a minute. */
    public void ownerLost(Throwable reason, long now) {
        if (lostOwners.getAndIncrement() > 0) {
            return;
        }
        long quiet = quietUntil.get();
        if (now >= quiet && quietUntil.compareAndSet(quiet, now + LOG_INTERVAL_NANOS)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: the draws of an account, pool or organisation keep failing, and whenLost applies to it: {1}",
                    filter,
                    reason.getMessage());
        }
    }

    /** Ends the loss of an owner. */
    public void ownerFound() {
        lostOwners.decrementAndGet();
    }

    public int lostOwners() {
        return lostOwners.get();
    }
}
