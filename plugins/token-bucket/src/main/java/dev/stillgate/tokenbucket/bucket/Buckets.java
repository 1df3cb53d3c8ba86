package dev.stillgate.tokenbucket.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import dev.stillgate.tokenbucket.bucket.Reservation.ReservationPool;
import dev.stillgate.tokenbucket.lease.LeaseTerms;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.ReachedShare;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All buckets of one filter; they survive reloads of the policy. Thread-safe.
 *
 * <p>Each account that may keep state has its own bucket set, up to a bound. Beyond the bound, new accounts share the
 * overflow buckets of their address prefix, as accounts do that may keep no state, such as those of forged keys. Listed
 * accounts always get their own set. A request takes tokens from the buckets of its account, its end user, its
 * pools, its organisation and everyone, or from none: their monitors are held together and always acquired in this order. Several
 * pools of one account are ordered by their ids.
 */
public final class Buckets {
    private static final int MAX_MODELS = 256;
    private static final int MAX_ROUTES = 1024;
    private static final int GRANTED = -1;
    private static final int INSUFFICIENT = -2;
    private static final int RETRY = -3;

    private final Ticker ticker;
    private final Standings standings;
    private final long origin;
    private final BucketTable accounts;
    private final BucketTable users;
    private final Pools pools;
    private final BucketTable organisations;
    private final OverflowTable overflow = new OverflowTable();
    final UnknownCredentials newcomers = new UnknownCredentials();
    private final ClientNames models = new ClientNames(MAX_MODELS);
    private final ClientNames routes = new ClientNames(MAX_ROUTES);
    private final ReservationPool reservations = new ReservationPool();
    private final DeferredCharges deferredCharges;
    private final ProvenClaims provenClaims;
    final ShareNotices notices = new ShareNotices();
    private final @Nullable LeaseRounds leases;
    private volatile @Nullable BucketSet everyone;
    private volatile boolean changed;

    @GuardedBy("this")
    private @Nullable PolicyLimits latest;

    @GuardedBy("this")
    private @Nullable PolicyLimits active;

    private volatile long adoptedGeneration;

    /**
     * Creates an empty set of buckets.
     *
     * @param maintenance runs the caches' maintenance
     * @param slack the minimum time that full buckets are kept
     * @param fleet the name of these buckets in the fleet's store; null without a fleet
     * @param standings the standings of the accounts, with what is learnt of budgets of pools
     */
    public Buckets(Ticker ticker, Executor maintenance, Duration slack, @Nullable String fleet, Standings standings) {
        this.ticker = ticker;
        this.standings = standings;
        this.origin = ticker.nanos();
        LeaseRounds rounds = fleet == null
                ? null
                : new LeaseRounds(fleet, this::now, key -> ClientNames.partition(models, routes, key));
        this.leases = rounds;
        this.accounts = new BucketTable(this::now, maintenance, slack, drawsFactory(rounds, Owner.ACCOUNT));
        this.users = new BucketTable(this::now, maintenance, slack, drawsFactory(rounds, Owner.USER));
        this.pools = new Pools(new BucketTable(this::now, maintenance, slack, drawsFactory(rounds, Owner.POOL)));
        this.organisations = new BucketTable(this::now, maintenance, slack, drawsFactory(rounds, Owner.ORGANISATION));
        this.deferredCharges = new DeferredCharges(maintenance);
        this.provenClaims = new ProvenClaims(ticker, maintenance);
    }

    private static @Nullable Function<String, OwnerDraws> drawsFactory(@Nullable LeaseRounds rounds, Owner owner) {
        return rounds == null ? null : id -> new OwnerDraws(owner, id, rounds.state());
    }

    /** Returns the rounds of leases; null without a fleet. */
    @Nullable
    public LeaseRounds leases() {
        return leases;
    }

    /** Returns the limits of a policy, which may not be active yet; reuses the previous ones if they are equal. */
    public synchronized PolicyLimits limits(TokenBucketPolicy policy) {
        PolicyLimits last = latest;
        if (last != null && last.matches(policy)) {
            return last;
        }
        PolicyLimits next = new PolicyLimits(policy, last == null ? 0 : last.generation() + 1, standings::poolRequests);
        latest = next;
        return next;
    }

    /**
     * Records the active policy, and warns of limits that were renamed or rescoped since the one before. Called by a
     * background task.
     */
    public synchronized void activate(PolicyLimits policy, String filter) {
        PolicyLimits before = active;
        if (before != null && policy.generation() <= before.generation()) {
            return;
        }
        if (before != null) {
            policy.warnOfChanges(filter, before);
        }
        active = policy;
    }

    /**
     * Takes the tokens of a reservation from all buckets that count it, or from none.
     *
     * @return whether they were taken; if not, the reservation has a shortage
     */
    public boolean take(
            Account account, Standing standing, InetAddress address, PolicyLimits policy, Reservation reservation) {
        return apply(account, standing, address, policy, reservation, Operation.TAKE);
    }

    /** Returns whether a reservation would fit; takes no tokens. */
    public boolean fits(
            Account account, Standing standing, InetAddress address, PolicyLimits policy, Reservation reservation) {
        return apply(account, standing, address, policy, reservation, Operation.CHECK);
    }

    /** Replaces the earlier charges of a reservation by its final cost, leaving a debt if necessary. */
    public void correct(
            Account account, Standing standing, InetAddress address, PolicyLimits policy, Reservation reservation) {
        apply(account, standing, address, policy, reservation, Operation.CORRECT);
    }

    /** The operation after the check of all buckets. */
    private enum Operation {
        CHECK,
        TAKE,
        CORRECT
    }

    private boolean apply(
            Account account,
            Standing standing,
            InetAddress address,
            PolicyLimits policy,
            Reservation reservation,
            Operation operation) {
        LeaseRounds rounds = leases;
        reservation.terms = rounds == null ? LeaseTerms.ALONE : rounds.state().terms();
        PolicyLimits effective = rounds == null ? policy : rounds.state().limits(policy);
        while (true) {
            reservation.clearOwners();
            locate(account, standing, address, effective, reservation, operation);
            int result = apply(reservation, 0, now(), operation);
            if (result == GRANTED || result == INSUFFICIENT) {
                markChanged(operation != Operation.CHECK && result == GRANTED);
                report(account, reservation);
                if (result == INSUFFICIENT) {
                    newcomers.release(reservation);
                }
                return result == GRANTED;
            }
            if (result != RETRY) {
                pin(account, reservation, result);
            }
        }
    }

    /** Queues reports of the shares of limits that a reservation has reached. */
    public void report(Account account, Reservation reservation) {
        List<ReachedShare> reached = reservation.reached();
        if (reached != null) {
            reached.forEach(each -> notices.add(account, each, ticker.millis()));
            reservation.clearReached();
        }
    }

    /** Passes the reached shares that were not reported yet to a reporter. */
    public void drainNotices(String filter, ShareNotices.Reporter reporter) {
        notices.drain(
                filter,
                (key, model) -> model ? models.name(BucketSet.model(key)) : routes.name(BucketSet.route(key)),
                reporter);
    }

    void markChanged(boolean isChange) {
        if (isChange && !changed) { // avoids contention on the flag
            changed = true;
        }
    }

    /** Returns whether tokens were taken or returned since the last call. */
    boolean clearChanged() {
        boolean before = changed;
        changed = false;
        return before;
    }

    private void addToRound(BucketSet set, boolean due) {
        LeaseRounds rounds = leases;
        if (due && rounds != null) {
            rounds.add(set);
        }
    }

    private void pin(Account account, Reservation reservation, int index) {
        BucketSet set = reservation.owner(index);
        String pool = reservation.ownerPool(index);
        String organisation = account.organisation();
        if (pool != null) {
            pools.buckets().pin(pool);
        } else if (accounts.find(account.id()) == set) {
            accounts.pin(account.id());
        } else if (reservation.endUser != null && users.find(reservation.endUser) == set) {
            users.pin(reservation.endUser);
        } else if (organisation != null && organisations.find(organisation) == set) {
            organisations.pin(organisation);
        }
    }

    private void locate(
            Account account,
            Standing standing,
            InetAddress address,
            PolicyLimits policy,
            Reservation reservation,
            Operation operation) {
        String organisation = account.organisation();
        OwnerLimits limits = policy.account(account.tier(), standing, organisation == null);
        if (!limits.isEmpty()) {
            boolean listed = account.trust() == Account.Trust.LISTED;
            long bound = listed ? Long.MAX_VALUE : policy.policy().accountBound();
            // An account that was accepted before a restart has buckets as long as they are not full.
            BucketSet own = account.keepsState()
                    ? accounts.findOrCreate(account.id(), limits, bound)
                    : accounts.find(account.id());
            reservation.proven = own != null && reservation.claimed && provenClaims.contains(account, address);
            if (own != null && overflow.refusesClaim(account, address, policy.overflow(), now(), reservation)) {
                reservation.addOwner(
                        overflow.ofFailedClaims(account, address, policy.overflow(), now()), policy.overflow());
                reservation.overflows = true;
            } else if (own != null) {
                PolicyLimits ownLimits = own.effectiveLimits(policy);
                reservation.addOwner(
                        own,
                        ownLimits == policy
                                ? limits
                                : ownLimits.account(account.tier(), standing, organisation == null));
            } else {
                boolean isNew = account.trust() == Account.Trust.PROVISIONAL && !reservation.claimed;
                if (isNew && operation == Operation.TAKE) {
                    newcomers.addTo(reservation, account.id(), policy.newcomer(), now());
                }
                reservation.addOwner(overflow.at(address, policy.overflow(), now()), policy.overflow());
                reservation.overflows = true;
            }
        }
        EndUsers.addOwner(users, account, standing, policy, reservation);
        String pool = reservation.pool;
        if (pool != null) {
            pools.addTo(reservation, account, pool, policy, now());
        }
        if (organisation != null && !policy.organisation().isEmpty()) {
            BucketSet set = organisations.findOrCreate(organisation, policy.organisation(), Long.MAX_VALUE);
            if (set != null) {
                reservation.addOwner(set, set.effectiveLimits(policy).organisation());
            }
        }
        if (!policy.everyone().isEmpty()) {
            BucketSet set = everyone(policy.everyone());
            reservation.addOwner(set, set.effectiveLimits(policy).everyone());
        }
    }

    /** Returns the claimed accounts that the failed claims of their prefixes do not limit. */
    public ProvenClaims provenClaims() {
        return provenClaims;
    }

    /**
     * Charges the final cost of a claim that has failed to the failed claims of its account from the address prefix,
     * leaving a debt if necessary. Follows the settlement.
     */
    public void chargeFailedClaim(Account account, InetAddress address, PolicyLimits policy, Reservation reservation) {
        LeaseRounds rounds = leases;
        OwnerLimits limits = (rounds == null ? policy : rounds.state().limits(policy)).overflow();
        if (!limits.isEmpty()) {
            reservation.addOwner(overflow.ofFailedClaims(account, address, limits, now()), limits);
            apply(reservation, 0, now(), Operation.CORRECT);
            reservation.clearOwners();
        }
    }

    /** Returns the buckets that count all accounts together; creates full ones if absent. */
    BucketSet everyone(OwnerLimits limits) {
        BucketSet set = everyone;
        if (set == null) {
            synchronized (this) {
                set = everyone;
                if (set == null) {
                    LeaseRounds rounds = leases;
                    set = BucketSet.shared(
                            limits, now(), rounds == null ? null : new OwnerDraws(Owner.EVERYONE, "", rounds.state()));
                    everyone = set;
                }
            }
        }
        return set;
    }

    /**
     * Acquires the monitors of the owners recursively, one at each level, and checks their buckets. If all fit, the
     * tokens are taken on the way back.
     *
     * @return {@link #GRANTED}, {@link #INSUFFICIENT}, {@link #RETRY} after an eviction, or the index of an owner that
     *     must be pinned first
     */
    private int apply(Reservation reservation, int index, long clock, Operation operation) {
        if (index == reservation.ownerCount()) {
            return reservation.shortage() == null || operation == Operation.CORRECT ? GRANTED : INSUFFICIENT;
        }
        BucketSet set = reservation.owner(index);
        synchronized (set) {
            if (!set.check(
                    reservation, reservation.ownerLimits(index), reservation.terms, clock, reservation.shortage)) {
                return RETRY;
            }
            reservation.ownReached(index);
            boolean needsPin =
                    operation == Operation.CORRECT || (operation == Operation.TAKE && reservation.shortage() == null);
            if (needsPin && !set.pin()) {
                return index;
            }
            int result = apply(reservation, index + 1, clock, operation);
            if (result == GRANTED && operation == Operation.TAKE) {
                addToRound(set, set.take(reservation, index, reservation.taken));
            } else if (result == GRANTED && operation == Operation.CORRECT) {
                addToRound(set, set.correct(reservation, reservation.ownerPool(index)));
                reservation.ownReached(index);
            }
            return result;
        }
    }

    /** Replaces the reserved tokens by the final cost. */
    public void settle(Reservation reservation) {
        long clock = now();
        Taken taken = reservation.taken;
        for (int i = 0; i < taken.size(); i++) {
            BucketSet set = reservation.owner(taken.owner(i));
            addToRound(set, set.settle(reservation, taken.bucket(i), taken.limits(i), taken.adoptions(i), clock));
            reservation.ownReached(taken.owner(i));
        }
        markChanged(true);
        reservation.clearOwners();
        newcomers.release(reservation);
    }

    /** Evicts buckets that have been full for long enough, and switches all others to the active policy. */
    public void maintain(PolicyLimits policy) {
        accounts.maintain();
        users.maintain();
        pools.maintain(now());
        organisations.maintain();
        if (policy.generation() <= adoptedGeneration) {
            return;
        }
        accounts.adopt(before -> policy.account(before.variant()));
        users.adopt(before -> policy.of(Owner.USER, before.variant()));
        pools.buckets().adopt(before -> policy.pool(before.variant().tier()));
        organisations.adopt(before -> policy.organisation());
        overflow.adopt(policy.overflow(), now());
        BucketSet all = everyone;
        if (all != null) {
            all.adopt(policy.everyone(), now());
        }
        adoptedGeneration = policy.generation();
    }

    /** Reads the levels of the limits that a reservation was taken from. */
    public void read(Reservation reservation, TightestLimits tightest) {
        tightest.clear();
        long clock = now();
        Taken taken = reservation.taken;
        for (int i = 0; i < taken.size(); i++) {
            reservation.owner(taken.owner(i)).read(reservation, taken.bucket(i), tightest, clock);
        }
    }

    /** Passes each set of a kind of owner to a consumer, with the id of its owner. */
    void forEach(Owner owner, BiConsumer<String, BucketSet> consumer) {
        BucketSet all = everyone;
        if (owner != Owner.EVERYONE) {
            table(owner).forEach(consumer);
        } else if (all != null) {
            consumer.accept("", all);
        }
    }

    /** Returns the sets of a kind of owner by id; those of end users have the ids of {@link EndUsers}. */
    public BucketTable table(Owner owner) {
        return switch (owner) {
            case ACCOUNT -> accounts;
            case USER -> users;
            case POOL -> pools.buckets();
            case ORGANISATION -> organisations;
            case EVERYONE -> throw new IllegalArgumentException("everyone has one set");
        };
    }

    public ClientNames models() {
        return models;
    }

    public ClientNames routes() {
        return routes;
    }

    public ReservationPool reservations() {
        return reservations;
    }

    public DeferredCharges deferredCharges() {
        return deferredCharges;
    }

    public Pools pools() {
        return pools;
    }

    /** Returns nanoseconds from an arbitrary origin. */
    public long now() {
        return ticker.nanos() - origin;
    }
}
