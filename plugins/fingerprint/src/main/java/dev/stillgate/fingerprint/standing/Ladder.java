package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.spi.Standing;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Standings of all accounts. An account rises with the evidence of its cluster and keeps its standing until that
 * expires unconfirmed; a pin by an operator overrides it. Not thread-safe.
 */
public final class Ladder {
    private final Map<String, AccountStanding> accounts = new TreeMap<>();
    private Map<Standing, Integer> counts = Map.of();
    private final Set<String> unsent = new LinkedHashSet<>();
    private boolean changed;
    private long nextExpiry;
    private long lastLifetime;

    /** Returns the standing of an account with its history, null if the account is clear and was not changed lately. */
    @Nullable
    public AccountStanding find(String account) {
        return accounts.get(account);
    }

    /** Returns the standing in force of an account. */
    public Standing standing(String account) {
        AccountStanding entry = accounts.get(account);
        return entry == null ? Standing.CLEAR : entry.standing();
    }

    /**
     * Returns the standing of an account, as among the {@link #standings}.
     *
     * @param capped accounts that stand at most at {@code MARKED} unless an operator says otherwise
     */
    public Standing standing(String account, Predicate<String> capped) {
        AccountStanding entry = accounts.get(account);
        return entry == null ? Standing.CLEAR : standing(account, entry, capped);
    }

    private static Standing standing(String account, AccountStanding entry, Predicate<String> capped) {
        Standing standing = entry.standing();
        return standing.reaches(Standing.TIGHTENED) && !entry.isOrdered() && capped.test(account)
                ? Standing.MARKED
                : standing;
    }

    /**
     * Returns the indexes of the accounts whose standing in force reaches a rung, or whose evidence does.
     *
     * @param evidence base-10 logarithm of odds that justifies the rung
     */
    public BitSet reaching(Standing rung, double evidence, AccountIndex index) {
        BitSet reaching = new BitSet();
        accounts.forEach((id, entry) -> {
            boolean reaches = entry.standing().reaches(rung)
                    || (entry.standing() != Standing.CLEAR && entry.evidence >= evidence);
            int account = reaches ? index.find(id) : AccountIndex.NONE;
            if (account != AccountIndex.NONE) {
                reaching.set(account);
            }
        });
        return reaching;
    }

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
        Standing before = entry.standing();
        if (rung.reaches(entry.earned)) {
            changed |= !cluster.equals(entry.cluster);
            entry.confirmed = now;
            entry.evidence = evidence > 0 ? evidence : entry.evidence;
            entry.cluster = cluster;
            entry.reasons = reasons;
        }
        if (rung != entry.earned && rung.reaches(entry.earned)) {
            entry.earned = rung;
        }
        update(entry, before, now);
    }

    /** Pins an account to a rung for an operator; {@code CLEAR} exempts it. */
    public void pin(String account, ManualStanding pin, long now) {
        AccountStanding entry = accounts.computeIfAbsent(account, absent -> new AccountStanding());
        Standing before = entry.standing();
        entry.pin(pin);
        entry.pinnedAt = now;
        unsent.add(account);
        changed = true; // even if the standing is unchanged: it is pinned now
        update(entry, before, now);
    }

    /** Removes the pin of an account. */
    public void unpin(String account, long now) {
        AccountStanding entry = accounts.get(account);
        if (entry != null) {
            Standing before = entry.standing();
            entry.unpin();
            entry.pinnedAt = now;
            unsent.add(account);
            changed = true;
            update(entry, before, now);
        }
    }

    /** Labels an account for an operator; null removes the label. Returns the label before, null for none. */
    @Nullable
    public Label label(String account, @Nullable Label label, long now) {
        AccountStanding entry = accounts.computeIfAbsent(account, absent -> new AccountStanding());
        Standing before = entry.standing();
        Label replaced = entry.label;
        entry.label = label;
        entry.pinnedAt = now;
        unsent.add(account);
        changed = true; // even if the standing is unchanged: its pool may be another
        update(entry, before, now);
        return replaced;
    }

    /** Clears the earned standing of an account; its pin stays. */
    public void clearEarned(String account, long now) {
        AccountStanding entry = accounts.get(account);
        if (entry != null) {
            Standing before = entry.standing();
            entry.clearEarned();
            update(entry, before, now);
        }
    }

    /** Applies a change by an operator of another gateway, unless a later one is known. */
    public void apply(OperatorChange change, long now) {
        AccountStanding entry = accounts.computeIfAbsent(change.account(), absent -> new AccountStanding());
        if (change.at() <= entry.pinnedAt) {
            return;
        }
        Standing before = entry.standing();
        ManualStanding pin = change.pin();
        if (pin == null) {
            entry.unpin();
        } else {
            entry.pin(pin);
        }
        entry.pinnedAt = change.at();
        entry.label = change.label();
        changed = true;
        update(entry, before, now);
    }

    /**
     * Expires standings that were not confirmed in time, pins, and labels. Scans the accounts only when one can have expired
     * since the last scan.
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
            Standing before = entry.standing();
            if (entry.pinned != null && entry.pinnedUntil <= now) {
                entry.unpin();
                changed = true;
            }
            Label label = entry.label;
            if (label != null && label.until() <= now) {
                entry.label = null;
                changed = true;
            }
            if (entry.earned != Standing.CLEAR && entry.confirmed < now - lifetime) {
                entry.clearEarned();
            }
            noteChange(entry, before, now);
            if (entry.isClear() && entry.lastChange() < now - lifetime) {
                each.remove();
            } else {
                nextExpiry = Math.min(nextExpiry, entry.nextExpiry(lifetime));
            }
        }
    }

    public void forget(String account) {
        changed |= accounts.remove(account) != null;
        unsent.remove(account);
    }

    /**
     * Returns the accounts changed by operators of this gateway since the other gateways last received a snapshot. The
     * set is live: elements may be removed.
     */
    public Set<String> unsentChanges() {
        unsent.retainAll(accounts.keySet());
        return unsent;
    }

    /** Replaces all standings. */
    void replace(Map<String, AccountStanding> replacement) {
        accounts.clear();
        accounts.putAll(replacement);
        changed = true;
        nextExpiry = 0;
    }

    private void update(AccountStanding entry, Standing before, long now) {
        nextExpiry = 0;
        noteChange(entry, before, now);
    }

    private void noteChange(AccountStanding entry, Standing before, long now) {
        if (entry.standing() != before) {
            entry.note(now);
            changed = true;
        }
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

    /** Returns the cluster of each account above clear that has one. */
    public Map<String, String> groups() {
        Map<String, String> groups = new HashMap<>();
        accounts.forEach((account, entry) -> {
            String cluster = entry.group();
            if (cluster != null && entry.standing() != Standing.CLEAR) {
                groups.put(account, cluster);
            }
        });
        return groups;
    }

    /** Returns the accounts that are pinned above clear. */
    public Set<String> pinnedAccounts() {
        Set<String> pinnedAccounts = new HashSet<>();
        accounts.forEach((account, entry) -> {
            if (entry.pinned != null && entry.pinned != Standing.CLEAR) {
                pinnedAccounts.add(account);
            }
        });
        return pinnedAccounts;
    }

    /** Returns the accounts that an operator confirmed knowing that they are verified. */
    public Set<String> confirmedDespiteVerification() {
        Set<String> confirmed = new HashSet<>();
        accounts.forEach((account, entry) -> {
            if (entry.label != null && entry.label.despiteVerification()) {
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
        Map<String, Standing> standings = new LinkedHashMap<>();
        Map<Standing, Integer> counted = new EnumMap<>(Standing.class);
        accounts.forEach((account, entry) -> {
            Standing standing = standing(account, entry, capped);
            if (standing != Standing.CLEAR) {
                standings.put(account, standing);
                counted.merge(standing, 1, Integer::sum);
            }
        });
        counts = counted;
        return standings;
    }
}
