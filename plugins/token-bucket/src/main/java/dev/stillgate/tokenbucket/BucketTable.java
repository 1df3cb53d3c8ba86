package dev.stillgate.tokenbucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All buckets of one filter; they survive every policy swap.
 *
 * <p>Accounts that may keep state have a bucket each, in a Caffeine cache that drops a bucket some time after it is full
 * again and never before: an account whose full bucket is dropped gets an equal one. The cache has no size bound of its
 * own, since that would drop buckets that are not full. Instead, at the bound, new accounts get no bucket and share the
 * overflow bucket of their address prefix, as do those who may keep no state, forged keys above all. Accounts that the
 * operator lists always get their own.
 */
final class BucketTable {
    /** How long at least a full bucket is kept; policies take effect on idle buckets within this time. */
    static final Duration SLACK = Duration.ofSeconds(60);

    private static final System.Logger LOG = System.getLogger(BucketTable.class.getName());

    private final Ticker ticker;
    private final long origin;
    private final long leastSlack;
    private final Cache<String, AccountBucket> own;
    private final Policy<String, AccountBucket> ownQuietly;
    private final OverflowTable overflow = new OverflowTable();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong droppedUnfilled = new AtomicLong();
    private @Nullable PolicyLimits latest;
    private volatile long swept;

    /**
     * An empty table.
     *
     * @param maintenance what runs the cache's housekeeping
     * @param slack how long at least a full bucket is kept
     */
    BucketTable(Ticker ticker, Executor maintenance, Duration slack) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.leastSlack = slack.toNanos();
        this.own = Caffeine.newBuilder()
                .ticker(this::now)
                .executor(maintenance)
                .expireAfter(new UntilFull())
                .evictionListener(
                        (@Nullable String id, @Nullable AccountBucket bucket, RemovalCause cause) -> drop(bucket))
                .build();
        this.ownQuietly = own.policy();
    }

    /** Returns the limits of a policy; those of the last one again when they are the same. */
    synchronized PolicyLimits limits(TokenBucketPolicy policy, String filter) {
        PolicyLimits last = latest;
        if (last != null && last.isFor(policy)) {
            return last;
        }
        PolicyLimits next = new PolicyLimits(policy, last == null ? 0 : last.generation() + 1);
        if (last != null) {
            List<String> gone = next.missing(last);
            List<String> added = last.missing(next);
            if (!gone.isEmpty() && !added.isEmpty()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: the limits {1} are gone and {2} are new; if they were renamed, what was used of them is"
                                + " carried over as the most that was used of any limit of the same measure",
                        filter,
                        gone,
                        added);
            }
        }
        latest = next;
        return next;
    }

    /**
     * Takes from the account's bucket, or from the one of the address's prefix.
     *
     * @param accountBound how many accounts have a bucket of their own
     * @param tokens how many to take, at least 1
     * @param whole how many the request takes in all, earlier ones included
     */
    Take take(Account account, InetAddress address, PolicyLimits policy, long accountBound, long tokens, long whole) {
        Limits limits = policy.forTier(account.tier());
        while (account.keepsState()) {
            AccountBucket bucket = bucket(account, limits, accountBound);
            if (bucket == null) {
                break;
            }
            Take take = bucket.take(limits, tokens, whole, now());
            if (!(take instanceof Take.Again)) {
                return take;
            }
            if (take == Take.Again.KEEP_LONGER) {
                own.asMap().computeIfPresent(account.id(), (id, present) -> present); // asks UntilFull anew
            }
        }
        long now = now();
        return overflow.at(address, policy.overflow(), now).take(policy.overflow(), tokens, whole, now);
    }

    /** Drops the buckets that have been full for long, and brings all others to the limits of the policy in force. */
    void tend(PolicyLimits policy) {
        own.cleanUp();
        if (policy.generation() <= swept) {
            return;
        }
        for (String id : own.asMap().keySet()) {
            own.asMap().computeIfPresent(id, (same, bucket) -> {
                bucket.adopt(policy.forTier(bucket.limits().tier()), now());
                return bucket;
            });
        }
        overflow.adopt(policy.overflow(), now());
        swept = policy.generation();
    }

    /** Returns how many accounts have a bucket of their own. */
    long held() {
        return held.get();
    }

    /** Returns how many buckets were dropped although something was missing from them; always 0. */
    long droppedUnfilled() {
        return droppedUnfilled.get();
    }

    private @Nullable AccountBucket bucket(Account account, Limits limits, long bound) {
        // Reading changes nothing of when a bucket is dropped, so the cache need not note it, which would cost tasks.
        AccountBucket present = ownQuietly.getIfPresentQuietly(account.id());
        if (present != null) {
            return present;
        }
        boolean listed = account.trust() == Account.Trust.LISTED;
        return own.get(account.id(), id -> admit(listed, bound) ? AccountBucket.own(limits, now()) : null);
    }

    private boolean admit(boolean listed, long bound) {
        if (listed) {
            held.incrementAndGet();
            return true;
        }
        long before = held.get();
        while (before < bound) {
            long witness = held.compareAndExchange(before, before + 1);
            if (witness == before) {
                return true;
            }
            before = witness;
        }
        return false;
    }

    private void drop(@Nullable AccountBucket bucket) {
        held.decrementAndGet();
        if (bucket != null && !bucket.forget(now())) {
            droppedUnfilled.incrementAndGet();
        }
    }

    private long now() {
        return ticker.nanos() - origin;
    }

    /** Keeps a bucket until it is full and then for the slack; reading it changes nothing. */
    private final class UntilFull implements Expiry<String, AccountBucket> {
        @Override
        public long expireAfterCreate(String id, AccountBucket bucket, long now) {
            return bucket.keep(now, leastSlack);
        }

        @Override
        public long expireAfterUpdate(String id, AccountBucket bucket, long now, long remaining) {
            return bucket.keep(now, leastSlack);
        }

        @Override
        public long expireAfterRead(String id, AccountBucket bucket, long now, long remaining) {
            return remaining;
        }
    }
}
