package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.spi.Standing;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Standings of all accounts: what evidence earned them, and over it what operators order. An account rises with the
 * evidence of its cluster and keeps the earned standing until that expires unconfirmed. Not thread-safe.
 */
public final class Ladder {
    private final Map<String, AccountStanding> accounts = new TreeMap<>();
    private OrdersInForce orders = OrdersInForce.NONE;
    private Map<Standing, Integer> counts = Map.of();
    private boolean changed;
    private long revision;
    private long nextExpiry;
    private long lastLifetime;

    /** Replaces the orders of operators. */
    public void obey(OrdersInForce replacement) {
        orders = replacement;
        changed = true;
    }

    /** Returns the orders of operators in force. */
    public OrdersInForce orders() {
        return orders;
    }

    /** Returns the standing that an operator set, null for none. */
    public @Nullable Pin pin(String account) {
        return orders.pins().get(account);
    }

    /** Returns the judgement of an operator on an account, null for none. */
    public @Nullable Label label(String account) {
        return orders.labels().get(account);
    }

    /** Returns the join of an account under a standing order, null for none. */
    public @Nullable Join join(String account) {
        return orders.joins().get(account);
    }

    /** Returns whether an account has a judgement of a kind. */
    public boolean isLabelled(String account, LabelKind kind) {
        Label label = label(account);
        return label != null && label.kind() == kind;
    }

    /** Returns the standing by evidence with its history, null if it is clear and was not changed lately. */
    @Nullable
    public AccountStanding find(String account) {
        return accounts.get(account);
    }

    /** Returns the standing in force of an account: the set one, else the one by its judgement, its join, or evidence. */
    public Standing standing(String account) {
        return standing(account, pin(account), label(account));
    }

    /** Returns the standing that an account would have with other orders. */
    public Standing standing(String account, @Nullable Pin pin, @Nullable Label label) {
        AccountStanding entry = accounts.get(account);
        Join join = join(account);
        return entry == null
                ? standing(Standing.CLEAR, null, pin, label, join)
                : standing(entry.earned, entry.cluster, pin, label, join);
    }

    /** Returns the standing that follows from evidence and orders. */
    static Standing standing(
            Standing earned, @Nullable String from, @Nullable Pin pin, @Nullable Label label, @Nullable Join join) {
        if (pin != null) {
            return pin.standing();
        }
        return label != null ? label.applyTo(earned, from) : join != null ? join.applyTo(earned) : earned;
    }

    /**
     * Returns the standing of an account, as among the {@link #standings}.
     *
     * @param capped accounts that stand at most at {@code MARKED} unless an operator says otherwise
     */
    public Standing standing(String account, Predicate<String> capped) {
        Standing standing = standing(account);
        return standing.reaches(Standing.POOLED) && !isOrdered(account) && capped.test(account)
                ? Standing.MARKED
                : standing;
    }

    /**
     * Returns whether an operator set the standing, or confirmed it whether or not the account is verified. A verified
     * account stays in the pool that it joined until a release or an operator takes it out.
     */
    public boolean isOrdered(String account) {
        Label label = label(account);
        Join join = join(account);
        return pin(account) != null || (label != null ? label.despiteVerification() : join != null && join.pools());
    }

    /** Returns whether an account is clear by evidence, and no order is in force about it. */
    public boolean isClear(String account) {
        AccountStanding entry = accounts.get(account);
        return pin(account) == null
                && label(account) == null
                && join(account) == null
                && (entry == null || entry.earned == Standing.CLEAR);
    }

    /** Returns whether there is evidence or an order about an account. */
    public boolean knows(String account) {
        return accounts.containsKey(account) || pin(account) != null || label(account) != null || join(account) != null;
    }

    /** Visits the accounts with evidence or an order, some of them several times. */
    private void forEachKnown(Consumer<String> visitor) {
        accounts.keySet().forEach(visitor);
        orders.pins().keySet().forEach(visitor);
        orders.labels().keySet().forEach(visitor);
        orders.joins().keySet().forEach(visitor);
    }

    /**
     * Returns the indexes of the accounts whose standing in force reaches a rung, or whose evidence does.
     *
     * @param evidence base-10 logarithm of odds that justifies the rung
     */
    public BitSet reaching(Standing rung, double evidence, AccountIndex index) {
        BitSet reaching = new BitSet();
        forEachKnown(id -> {
            Standing standing = standing(id);
            AccountStanding entry = accounts.get(id);
            boolean reaches = standing.reaches(rung)
                    || (standing != Standing.CLEAR && entry != null && entry.evidence >= evidence);
            int account = reaches ? index.find(id) : AccountIndex.NONE;
            if (account != AccountIndex.NONE) {
                reaching.set(account);
            }
        });
        return reaching;
    }

    /** Returns the standings by evidence. */
    public Map<String, AccountStanding> all() {
        return accounts;
    }

    /**
     * Raises an account by the evidence of its cluster. The standing is never lowered; evidence of at least the earned
     * rung confirms it.
     *
     * @param rung rung that the evidence reaches
     * @param evidence base-10 logarithm of odds by behaviour; 0 for none, which leaves earlier evidence as it is
     * @param now milliseconds since the epoch
     */
    public void climb(String account, Standing rung, double evidence, List<String> reasons, String cluster, long now) {
        if (rung == Standing.CLEAR) {
            return;
        }
        AccountStanding entry = accounts.computeIfAbsent(account, absent -> new AccountStanding());
        if (rung.reaches(entry.earned)) {
            Standing before = entry.earned;
            if (!cluster.equals(entry.cluster) || rung != before) {
                noteChange();
            }
            entry.confirmed = now;
            entry.evidence = evidence > 0 ? evidence : entry.evidence;
            entry.cluster = cluster;
            entry.reasons = reasons;
            entry.earned = rung;
            if (rung != before) {
                entry.note(now);
            }
        }
        nextExpiry = 0;
    }

    /** Clears the earned standing of an account; orders stay. */
    public void clearEarned(String account, long now) {
        AccountStanding entry = accounts.get(account);
        if (entry != null && entry.earned != Standing.CLEAR) {
            entry.clearEarned();
            entry.note(now);
            noteChange();
            nextExpiry = 0;
        }
    }

    /**
     * Expires standings that were not confirmed in time. Scans the accounts only when one can have expired since the last
     * scan.
     *
     * @param lifetime how long a standing lasts, in milliseconds
     */
    public void expire(long lifetime, long now) {
        if (now < nextExpiry && lifetime == lastLifetime) {
            return;
        }
        nextExpiry = Long.MAX_VALUE;
        lastLifetime = lifetime;
        for (Iterator<AccountStanding> each = accounts.values().iterator(); each.hasNext(); ) {
            AccountStanding entry = each.next();
            if (entry.earned != Standing.CLEAR && entry.confirmed < now - lifetime) {
                entry.clearEarned();
                entry.note(now);
                noteChange();
            }
            if (entry.earned == Standing.CLEAR && entry.lastChange() < now - lifetime) {
                each.remove();
                revision++;
            } else {
                nextExpiry = Math.min(nextExpiry, entry.nextExpiry(lifetime));
            }
        }
    }

    /** Forgets the evidence about an account. */
    public void forget(String account) {
        if (accounts.remove(account) != null) {
            noteChange();
        }
    }

    /** Replaces all standings by evidence. */
    void replace(Map<String, AccountStanding> replacement) {
        accounts.clear();
        accounts.putAll(replacement);
        noteChange();
        nextExpiry = 0;
    }

    /** Replaces the standing of an account by evidence. */
    void put(String account, AccountStanding entry) {
        accounts.put(account, entry);
        noteChange();
        nextExpiry = 0;
    }

    private void noteChange() {
        changed = true;
        revision++;
    }

    /** Returns a number that changes whenever the standings by evidence change. */
    public long revision() {
        return revision;
    }

    /** Returns the number of accounts on each rung above clear, as of the last call of {@link #standings}. */
    public Map<Standing, Integer> counts() {
        return counts;
    }

    /** Returns the {@link #standings} if any changed since the last call, else null. */
    @Nullable
    public Map<String, Standing> changes(Predicate<String> capped) {
        if (!changed) {
            return null;
        }
        changed = false;
        return standings(capped);
    }

    /** Returns the cluster of each account above clear that has one, which is also its pool. */
    public Map<String, String> groups() {
        Map<String, String> groups = new HashMap<>();
        forEachKnown(account -> {
            String cluster = group(account);
            if (cluster != null && standing(account) != Standing.CLEAR) {
                groups.put(account, cluster);
            }
        });
        return groups;
    }

    private @Nullable String group(String account) {
        Label label = label(account);
        String pool = label == null ? null : label.pool();
        if (pool != null) {
            return pool;
        }
        Join join = join(account);
        AccountStanding entry = accounts.get(account);
        return join != null ? join.pool() : entry == null ? null : entry.cluster;
    }

    /** Returns the accounts whose standing an operator set above clear. */
    public Set<String> pinnedAccounts() {
        Set<String> pinned = new HashSet<>();
        orders.pins().forEach((account, pin) -> {
            if (pin.standing() != Standing.CLEAR) {
                pinned.add(account);
            }
        });
        return pinned;
    }

    /** Returns the accounts that an operator confirmed, or that joined a pool, whether or not they are verified. */
    public Set<String> confirmedDespiteVerification() {
        Set<String> confirmed = new HashSet<>();
        orders.labels().forEach((account, label) -> {
            if (label.despiteVerification()) {
                confirmed.add(account);
            }
        });
        orders.joins().forEach((account, join) -> {
            if (join.pools()) {
                confirmed.add(account);
            }
        });
        return confirmed;
    }

    /**
     * Returns the standings above clear.
     *
     * @param capped accounts that stand at most at {@code MARKED} unless an operator says otherwise
     */
    public Map<String, Standing> standings(Predicate<String> capped) {
        Map<String, Standing> standings = new HashMap<>();
        Map<Standing, Integer> counted = new EnumMap<>(Standing.class);
        forEachKnown(account -> {
            Standing standing = standing(account, capped);
            if (standing != Standing.CLEAR && standings.put(account, standing) == null) {
                counted.merge(standing, 1, Integer::sum);
            }
        });
        counts = counted;
        return standings;
    }
}
