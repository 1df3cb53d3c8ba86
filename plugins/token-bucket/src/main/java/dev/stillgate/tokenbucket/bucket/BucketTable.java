package dev.stillgate.tokenbucket.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The bucket sets of one kind of owner by id, in a Caffeine cache that drops a set some time after it is full again and
 * never before: an owner whose full set is dropped gets an equal one. The cache has no size bound of its own, since
 * that would drop sets that are not full. Instead, at a bound that the caller names, new owners get none.
 */
public final class BucketTable {
    /** How long at least a full set is kept; policies take effect on idle buckets within this time. */
    public static final Duration SLACK = Duration.ofSeconds(60);

    private final LongSupplier clock;
    private final long leastSlack;
    private final @Nullable Function<String, LeaseHolder> leases;
    private final Cache<String, BucketSet> sets;
    private final Policy<String, BucketSet> quietly;
    private final ConcurrentLinkedQueue<String> pinned = new ConcurrentLinkedQueue<>();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong droppedUnfilled = new AtomicLong();

    /**
     * An empty table.
     *
     * @param clock nanoseconds from an arbitrary origin
     * @param maintenance what runs the cache's housekeeping
     * @param slack how long at least a full set is kept
     * @param leases makes a set's place in the fleet's book by the owner's id, null when there is no fleet
     */
    BucketTable(
            LongSupplier clock, Executor maintenance, Duration slack, @Nullable Function<String, LeaseHolder> leases) {
        this.clock = clock;
        this.leases = leases;
        this.leastSlack = slack.toNanos();
        this.sets = Caffeine.newBuilder()
                .ticker(clock::getAsLong)
                .executor(maintenance)
                .expireAfter(new UntilFull())
                .evictionListener((@Nullable String id, @Nullable BucketSet set, RemovalCause cause) -> drop(set))
                .build();
        this.quietly = sets.policy();
    }

    /** Returns the set of an owner, null when there is none. */
    @Nullable
    public BucketSet find(String id) {
        // Reading changes nothing of when a set is dropped, so the cache need not note it, which would cost tasks.
        return quietly.getIfPresentQuietly(id);
    }

    /**
     * Returns the set of an owner, made when there is none.
     *
     * @param bound how many sets there may be
     * @return null when there are as many
     */
    @Nullable
    BucketSet findOrMake(String id, OwnerLimits limits, long bound) {
        BucketSet present = find(id);
        return present != null ? present : sets.get(id, absent -> admit(bound) ? made(absent, limits) : null);
    }

    private BucketSet made(String id, OwnerLimits limits) {
        return BucketSet.own(limits, clock.getAsLong(), leases == null ? null : leases.apply(id));
    }

    /** Keeps a set for as long as anything of it is under way. */
    void pin(String id) {
        sets.asMap().computeIfPresent(id, (same, set) -> set); // asks UntilFull anew
        pinned.add(id);
    }

    /** Lets go of the sets of which nothing is under way any more, and drops those that have been full for long. */
    void tend() {
        int count = pinned.size();
        for (int i = 0; i < count; i++) {
            String id = pinned.poll();
            BucketSet set = id == null ? null : find(id);
            if (id == null || set == null) {
                continue;
            }
            if (set.isIdle()) {
                sets.asMap().computeIfPresent(id, (same, present) -> present);
            }
            if (set.isPinned()) {
                pinned.add(id);
            }
        }
        sets.cleanUp();
    }

    /** Brings every set to other limits. */
    void adopt(UnaryOperator<OwnerLimits> wanted) {
        for (String id : sets.asMap().keySet()) {
            sets.asMap().computeIfPresent(id, (same, set) -> {
                set.adopt(wanted.apply(set.limits()), clock.getAsLong());
                return set;
            });
        }
    }

    /** Hands over every set, in no order. */
    void forEach(BiConsumer<String, BucketSet> consumer) {
        sets.asMap().forEach(consumer);
    }

    /** Returns how many sets there are. */
    public long held() {
        return held.get();
    }

    /** Returns how many sets were dropped although something was missing from them; always 0. */
    public long droppedUnfilled() {
        return droppedUnfilled.get();
    }

    private boolean admit(long bound) {
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

    private void drop(@Nullable BucketSet set) {
        held.decrementAndGet();
        if (set != null && !set.forget(clock.getAsLong())) {
            droppedUnfilled.incrementAndGet();
        }
    }

    /** Keeps a set until it is full and then for the slack; reading it changes nothing. */
    private final class UntilFull implements Expiry<String, BucketSet> {
        @Override
        public long expireAfterCreate(String id, BucketSet set, long now) {
            return set.keep(now, leastSlack);
        }

        @Override
        public long expireAfterUpdate(String id, BucketSet set, long now, long remaining) {
            return set.keep(now, leastSlack);
        }

        @Override
        public long expireAfterRead(String id, BucketSet set, long now, long remaining) {
            return remaining;
        }
    }
}
