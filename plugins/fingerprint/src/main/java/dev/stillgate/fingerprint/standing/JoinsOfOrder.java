package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.orders.Order;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Join of each account under one standing order, in force or not: its first one, or, if that exceeded the rate, the
 * first within the rate a day later. Filled in rank order.
 */
public final class JoinsOfOrder {
    private final Map<String, Joined> byAccount = new LinkedHashMap<>();
    private final JoinGuards.Rate rate = new JoinGuards.Rate();
    private int released;

    /**
     * Join with what became of it.
     *
     * @param record order that wrote the join
     * @param isExcess whether the join exceeded the rate of its standing order, so that it only marks the account
     * @param end order that ended it: a release, or a withdrawal by an operator; null for none
     */
    public record Joined(
            Join join,
            Order record,
            boolean isExcess,
            @Nullable Order end) {
        /** Returns whether a later join within the rate may pool the account: a day later, so that operators can look first. */
        private boolean mayPoolAt(long millis) {
            return isExcess && end == null && millis - join.at() >= JoinGuards.EXCESS_WAITS_MILLIS;
        }
    }

    /** Adds a join, unless the account has joined before; a day after a join in excess of the rate it may be pooled. */
    void add(Join join, Order record) {
        Joined earlier = byAccount.get(join.account());
        boolean pools = (earlier == null || earlier.mayPoolAt(join.at()))
                && join.effect() == Joins.POOL
                && rate.accepts(join.at());
        if (earlier == null || pools) {
            boolean isExcess = join.effect() == Joins.POOL && !pools;
            Join effective = isExcess ? join.with(Joins.MARK) : join;
            byAccount.put(join.account(), new Joined(effective, record, isExcess, null));
        }
    }

    /**
     * Returns whether an account may join: it never did, or only in excess of the rate, a day ago, and the rate allows another join.
     *
     * @param waiting number of accounts whose joins are not recorded yet
     */
    public boolean mayJoin(String account, long now, long waiting) {
        Joined earlier = byAccount.get(account);
        return earlier == null || (earlier.mayPoolAt(now) && rate.freeAt(now) > waiting);
    }

    /** Ends the join of an account; a release beyond the guard's share has no effect. */
    void end(String account, Order order) {
        Joined joined = byAccount.get(account);
        if (joined == null || joined.end != null) {
            return;
        }
        boolean isRelease = order.action().equals(Join.RELEASE);
        if (isRelease && !JoinGuards.mayRelease(byAccount.size(), released)) {
            return;
        }
        released += isRelease ? 1 : 0;
        byAccount.put(account, new Joined(joined.join, joined.record, joined.isExcess, order));
    }

    /** Returns the joins in rank order. */
    public Collection<Joined> joined() {
        return byAccount.values();
    }

    /** Returns the join of an account, null for none. */
    public @Nullable Joined joined(String account) {
        return byAccount.get(account);
    }

    /** Returns the number of accounts that were released because they were verified. */
    public int released() {
        return released;
    }

    /** Returns the number of joins that may pool an account in the hour after a time, in milliseconds since the epoch. */
    public long limitAnHour(long now) {
        return rate.limitAfter(now);
    }

    /** Returns the judgements of the accounts after their joins. */
    public List<Label> judged(Map<String, Label> labels) {
        List<Label> judged = new ArrayList<>();
        byAccount.forEach((account, joined) -> {
            Label label = labels.get(account);
            if (label != null && label.order().rank().compareTo(joined.record.rank()) > 0) {
                judged.add(label);
            }
        });
        return judged;
    }
}
