package dev.stillgate.tokenbucket.bucket;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pools that one account draws from: the one that its group names, and those that it left a short time ago.
 * Immutable.
 *
 * <p>An account that changes its pool goes on drawing from the former one for the time in which an empty pool fills.
 * Otherwise each change would refill the tokens that the account has used together with others.
 *
 * @param draws the pools in the order of their ids, which is their lock order
 */
record Membership(List<Draw> draws) {
    /**
     * The most pools that an account draws from. An account with this many former pools joins no other until it may
     * leave one of them.
     */
    static final int MAX_POOLS = 4;

    /** How much longer than needed a pool is remembered, so that few requests have to extend the time. */
    static final long SLACK_NANOS = 60_000_000_000L;

    /**
     * One pool that the account draws from.
     *
     * @param until the time from which the account no longer draws from it, unless its group names the pool
     */
    record Draw(String pool, long until) {}

    /**
     * Returns whether {@link #drawing} would return the same pools.
     *
     * @param memory the time in which an empty pool fills, in nanoseconds
     */
    boolean isCurrent(String pool, long now, long memory) {
        boolean found = false;
        for (int i = 0; i < draws.size(); i++) {
            Draw draw = draws.get(i);
            boolean named = draw.pool.equals(pool);
            if (draw.until <= now || (named && draw.until - now < memory)) {
                return false;
            }
            found |= named;
        }
        return found;
    }

    /**
     * Returns the pools of an account whose group names a pool.
     *
     * @param before the pools until now; null if there are none
     * @param memory the time in which an empty pool fills, in nanoseconds
     */
    static Membership drawing(@Nullable Membership before, String pool, long now, long memory) {
        List<Draw> draws = new ArrayList<>(MAX_POOLS);
        if (before != null) {
            before.draws.stream()
                    .filter(draw -> draw.until > now && !draw.pool.equals(pool))
                    .forEach(draws::add);
        }
        if (draws.size() < MAX_POOLS) {
            draws.add(new Draw(pool, now + memory + SLACK_NANOS));
            draws.sort(Comparator.comparing(Draw::pool));
        }
        return new Membership(List.copyOf(draws));
    }

    /** Returns whether the account draws from no pool any more. */
    boolean isOver(long now) {
        return draws.stream().allMatch(draw -> draw.until <= now);
    }

    /** Returns the same pools with all times moved by a number of nanoseconds. */
    Membership shiftedBy(long nanos) {
        return new Membership(draws.stream()
                .map(draw -> new Draw(draw.pool, draw.until + nanos))
                .toList());
    }

    List<String> pools() {
        return draws.stream().map(Draw::pool).toList();
    }
}
