package dev.stillgate.tokenbucket.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Bucket sets of one kind of owner by id, in a Caffeine cache. A set expires some time after it is full again and never
 * before, so a new set is equal to the evicted one. The cache has no size bound, which would evict sets that are not
 * full. Instead, new owners get no set beyond a bound given by the caller of {@link #findOrCreate}.
 */
public final class BucketTable {
    /** The minimum time that a full set is kept; idle buckets adopt a new policy within this time. */
    public static final Duration SLACK = Duration.ofSeconds(60);

    /** Ends the part of an id that names its group. */
    static final char GROUP_END = '\n';

    private final LongSupplier clock;
    private final long leastSlack;
    private final @Nullable Function<String, OwnerDraws> draws;
    private final Cache<String, BucketSet> sets;
    private final Policy<String, BucketSet> cachePolicy;
    private final ConcurrentLinkedQueue<String> pinned = new ConcurrentLinkedQueue<>();
    private final AtomicLong size = new AtomicLong();

    /** The number of sets by the part of their ids before {@link #GROUP_END}; ids without one are in no group. */
    private final ConcurrentHashMap<String, Integer> groups = new ConcurrentHashMap<>();

    private final AtomicLong evictedUnfilled = new AtomicLong();

    /**
     * Creates an empty table.
     *
     * @param clock nanoseconds from an arbitrary origin
     * @param maintenance runs the cache's maintenance
     * @param slack the minimum time that a full set is kept
     * @param draws creates the draw state of an owner by id; null without a fleet
     */
    BucketTable(
            LongSupplier clock, Executor maintenance, Duration slack, @Nullable Function<String, OwnerDraws> draws) {
        this.clock = clock;
        this.draws = draws;
        this.leastSlack = slack.toNanos();
        this.sets = Caffeine.newBuilder()
                .ticker(clock::getAsLong)
                .executor(maintenance)
                .expireAfter(new ExpireWhenFull())
                .evictionListener((@Nullable String id, @Nullable BucketSet set, RemovalCause cause) -> drop(id, set))
                .build();
        this.cachePolicy = sets.policy();
    }

    /** Returns the set of an owner; null if absent. */
    @Nullable
    public BucketSet find(String id) {
        // Reads do not change the expiry, so a quiet read avoids maintenance tasks of the cache.
        return cachePolicy.getIfPresentQuietly(id);
    }

    /**
     * Returns the set of an owner; creates it if absent.
     *
     * @param bound the maximum number of sets
     * @return null if the set is absent and the bound is reached
     */
    @Nullable
    BucketSet findOrCreate(String id, OwnerLimits limits, long bound) {
        return findOrCreate(id, limits, bound, Long.MAX_VALUE);
    }

    /**
     * Returns the set of an owner; creates it if absent.
     *
     * @param bound the maximum number of sets
     * @param groupBound the maximum number of sets of the id's group
     * @return null if the set is absent and one of the bounds is reached
     */
    @Nullable
    BucketSet findOrCreate(String id, OwnerLimits limits, long bound, long groupBound) {
        BucketSet present = find(id);
        return present != null
                ? present
                : sets.get(id, absent -> admit(absent, bound, groupBound) ? create(absent, limits) : null);
    }

    /** Returns the group of an id; empty for none. */
    static String group(String id) {
        return id.substring(0, Math.max(0, id.lastIndexOf(GROUP_END)));
    }

    private BucketSet create(String id, OwnerLimits limits) {
        return BucketSet.own(limits, clock.getAsLong(), draws == null ? null : draws.apply(id));
    }

    /** Pins a set for as long as any of its exchanges is in flight. */
    void pin(String id) {
        sets.asMap().computeIfPresent(id, (same, set) -> set); // recomputes the expiry
        pinned.add(id);
    }

    /** Unpins the sets without exchanges in flight, and evicts those that have been full for long enough. */
    void maintain() {
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

    /** Switches each set to other limits. */
    void adopt(UnaryOperator<OwnerLimits> wanted) {
        for (String id : sets.asMap().keySet()) {
            sets.asMap().computeIfPresent(id, (same, set) -> {
                set.adopt(wanted.apply(set.limits()), clock.getAsLong());
                return set;
            });
        }
    }

    /** Deletes the sets of some owners, also those that are not full. */
    void erase(Predicate<String> isErased) {
        for (String id : sets.asMap().keySet()) {
            BucketSet set = isErased.test(id) ? sets.asMap().remove(id) : null;
            if (set != null) {
                leave(id);
                set.evict(clock.getAsLong());
            }
        }
    }

    /** Passes each set to a consumer, in no particular order. */
    void forEach(BiConsumer<String, BucketSet> consumer) {
        sets.asMap().forEach(consumer);
    }

    public long size() {
        return size.get();
    }

    /** Returns the number of sets evicted while not full; always 0 unless there is a defect. */
    public long evictedUnfilled() {
        return evictedUnfilled.get();
    }

    private boolean admit(String id, long bound, long groupBound) {
        String group = group(id);
        if (!group.isEmpty()) {
            boolean[] joined = new boolean[1];
            groups.compute(group, (same, count) -> {
                int before = count == null ? 0 : count;
                joined[0] = before < groupBound;
                return joined[0] ? Integer.valueOf(before + 1) : count;
            });
            if (!joined[0]) {
                return false;
            }
        }
        if (admit(bound)) {
            return true;
        }
        leaveGroup(group);
        return false;
    }

    private boolean admit(long bound) {
        long before = size.get();
        while (before < bound) {
            long witness = size.compareAndExchange(before, before + 1);
            if (witness == before) {
                return true;
            }
            before = witness;
        }
        return false;
    }

    private void leave(String id) {
        size.decrementAndGet();
        leaveGroup(group(id));
    }

    private void leaveGroup(String group) {
        if (!group.isEmpty()) {
            groups.computeIfPresent(group, (same, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        }
    }

    private void drop(@Nullable String id, @Nullable BucketSet set) {
        leave(id == null ? "" : id);
        if (set != null && !set.evict(clock.getAsLong())) {
            evictedUnfilled.incrementAndGet();
        }
    }

    /** Expires a set once it has been full for the slack; reads do not extend its life. */
    private final class ExpireWhenFull implements Expiry<String, BucketSet> {
        @Override
        public long expireAfterCreate(String id, BucketSet set, long now) {
            return set.nanosToKeep(now, leastSlack);
        }

        @Override
        public long expireAfterUpdate(String id, BucketSet set, long now, long remaining) {
            return set.nanosToKeep(now, leastSlack);
        }

        @Override
        public long expireAfterRead(String id, BucketSet set, long now, long remaining) {
            return remaining;
        }
    }
}
