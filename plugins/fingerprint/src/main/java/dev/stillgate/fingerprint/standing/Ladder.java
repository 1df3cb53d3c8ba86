package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.spi.Standing;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where accounts stand. An account climbs with the evidence of its cluster, stays where it is while that is confirmed or
 * for as long as standings last, and then is clear again; an operator's word goes before. One thread only.
 */
public final class Ladder {
    private final Map<String, AccountStanding> ranks = new TreeMap<>();
    private Map<Standing, Integer> counts = Map.of();
    private final Set<String> said = new LinkedHashSet<>();
    private boolean changed;
    private long due;
    private long lasted;

    /** Returns an account's rank, null when it is clear and nothing is pinned. */
    @Nullable
    public AccountStanding find(String account) {
        return ranks.get(account);
    }

    /** Returns the standing of an account that is in force. */
    public Standing standing(String account) {
        AccountStanding rank = ranks.get(account);
        return rank == null ? Standing.CLEAR : rank.standing();
    }

    /** Returns the numbers of the accounts whose standing in force reaches a rung. */
    public BitSet reached(Standing rung, AccountIndex index) {
        BitSet reached = new BitSet();
        ranks.forEach((id, rank) -> {
            int account = rank.standing().reaches(rung) ? index.find(id) : AccountIndex.NONE;
            if (account != AccountIndex.NONE) {
                reached.set(account);
            }
        });
        return reached;
    }

    public Map<String, AccountStanding> all() {
        return ranks;
    }

    /**
     * Takes what a round says of an account.
     *
     * @param rung how high its cluster's evidence reaches for it; never lower than where it stands already
     * @param quota what it may use a day when it is tightened
     */
    public void climb(String account, Standing rung, Finding finding, String cluster, long now, int quota) {
        if (rung == Standing.CLEAR) {
            return;
        }
        AccountStanding rank = ranks.computeIfAbsent(account, absent -> new AccountStanding());
        Standing before = rank.standing();
        if (rung.reaches(rank.earned)) {
            changed |= !cluster.equals(rank.cluster);
            rank.confirmed = now;
            rank.evidence = finding.total();
            rank.cluster = cluster;
            rank.reasons = finding.reasons();
        }
        if (rung != rank.earned && rung.reaches(rank.earned)) {
            rank.earned = rung;
        }
        if (rank.quota == null && rank.earned.reaches(Standing.TIGHTENED)) {
            rank.quota = new DailyQuota(quota);
        }
        touched(rank, before, now);
    }

    /**
     * Pins an account to a rung by an operator's word; {@code CLEAR} acquits it.
     *
     * @param quota what it may use a day from {@code TIGHTENED} on, when it has no quota yet
     */
    public void pin(String account, Standing standing, long until, @Nullable String why, int quota, long now) {
        AccountStanding rank = ranks.computeIfAbsent(account, absent -> new AccountStanding());
        Standing before = rank.standing();
        rank.pinned = standing;
        rank.pinnedUntil = until;
        rank.pinnedWhy = why;
        if (rank.quota == null && standing.reaches(Standing.TIGHTENED)) {
            rank.quota = new DailyQuota(quota);
        }
        rank.pinnedAt = now;
        said.add(account);
        changed = true; // also when the standing is the one that was earned: it is an order now
        touched(rank, before, now);
    }

    /** Takes an operator's word back. */
    public void unpin(String account, long now) {
        AccountStanding rank = ranks.get(account);
        if (rank != null) {
            Standing before = rank.standing();
            rank.pinned = null;
            rank.pinnedWhy = null;
            rank.pinnedAt = now;
            said.add(account);
            changed = true;
            touched(rank, before, now);
        }
    }

    /** Takes back what an account has earned; an operator's word on it stays. */
    public void acquit(String account, long now) {
        AccountStanding rank = ranks.get(account);
        if (rank != null) {
            Standing before = rank.standing();
            rank.acquit();
            touched(rank, before, now);
        }
    }

    /** Takes an operator's word that was said elsewhere, unless a later one was said of the account. */
    public void hear(OperatorChange word, long now) {
        AccountStanding rank = ranks.computeIfAbsent(word.account(), absent -> new AccountStanding());
        if (word.at() <= rank.pinnedAt) {
            return;
        }
        Standing before = rank.standing();
        rank.pinned = word.pinned();
        rank.pinnedUntil = word.until();
        rank.pinnedWhy = word.why();
        rank.pinnedAt = word.at();
        changed = true;
        if (rank.quota == null && word.quota() > 0) {
            rank.quota = new DailyQuota(word.quota());
        }
        touched(rank, before, now);
    }

    /**
     * Lets standings end that were not confirmed for a time, and pins whose time is over. Looks at the ranks only when one
     * can have ended since it last looked.
     *
     * @param lasting how long a standing lasts, in milliseconds
     */
    public void expire(long lasting, long now) {
        if (now < due && lasting == lasted) {
            return;
        }
        due = Long.MAX_VALUE;
        lasted = lasting;
        for (Iterator<AccountStanding> each = ranks.values().iterator(); each.hasNext(); ) {
            AccountStanding rank = each.next();
            Standing before = rank.standing();
            if (rank.pinned != null && rank.pinnedUntil <= now) {
                rank.pinned = null;
                rank.pinnedWhy = null;
                changed = true;
            }
            if (rank.earned != Standing.CLEAR && rank.confirmed < now - lasting) {
                rank.acquit();
            }
            settle(rank, before, now);
            if (rank.isClear() && rank.changed() < now - lasting) {
                each.remove();
            } else {
                due = Math.min(due, rank.ends(lasting));
            }
        }
    }

    /** Forgets an account. */
    public void forget(String account) {
        changed |= ranks.remove(account) != null;
        said.remove(account);
    }

    /** Returns the accounts of which an operator said something here that other gateways are not known to have heard. */
    public Set<String> said() {
        said.retainAll(ranks.keySet());
        return said;
    }

    /** Puts ranks in the place of all that are there. */
    void replace(Map<String, AccountStanding> others) {
        ranks.clear();
        ranks.putAll(others);
        changed = true;
        due = 0;
    }

    /** Takes note of what was said or found of an account. */
    private void touched(AccountStanding rank, Standing before, long now) {
        due = 0;
        settle(rank, before, now);
    }

    private void settle(AccountStanding rank, Standing before, long now) {
        if (rank.standing() != before) {
            rank.note(now);
            changed = true;
        }
    }

    /** Returns how many accounts stood on each rung above clear when {@link #changes} last told of any. */
    public Map<Standing, Integer> counts() {
        return counts;
    }

    /** Returns the standings above clear if any changed since the last call, else null. */
    @Nullable
    public Map<String, Standing> changes() {
        if (!changed) {
            return null;
        }
        changed = false;
        return standings();
    }

    /** Returns the clusters of the accounts that stand above clear. */
    public Map<String, String> groups() {
        Map<String, String> groups = new HashMap<>();
        ranks.forEach((account, rank) -> {
            String cluster = rank.cluster;
            if (cluster != null && rank.standing() != Standing.CLEAR) {
                groups.put(account, cluster);
            }
        });
        return groups;
    }

    /** Returns the accounts above clear whose standing an operator has ordered. */
    public Set<String> ordered() {
        Set<String> ordered = new HashSet<>();
        ranks.forEach((account, rank) -> {
            if (rank.pinned != null && rank.pinned != Standing.CLEAR) {
                ordered.add(account);
            }
        });
        return ordered;
    }

    /** Returns the standings above clear. */
    public Map<String, Standing> standings() {
        Map<String, Standing> standings = new LinkedHashMap<>();
        Map<Standing, Integer> counted = new EnumMap<>(Standing.class);
        ranks.forEach((account, rank) -> {
            if (rank.standing() != Standing.CLEAR) {
                standings.put(account, rank.standing());
                counted.merge(rank.standing(), 1, Integer::sum);
            }
        });
        counts = counted;
        return standings;
    }
}
