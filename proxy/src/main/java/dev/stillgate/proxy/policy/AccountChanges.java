package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.HeapRoom;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Accounts that a candidate adds and removes. An account without a key counts as absent. Not thread-safe. */
final class AccountChanges {
    /** A removal of more than one account in this many is refused. */
    private static final int SHARE = 5;

    /** Number of accounts that a reload may remove from a file of any size. */
    private static final int FEW = 10;

    private static final String FORCE =
            "; if that is meant, force it: stillgate reload --force, or POST /reload?force=true, at each gateway";

    private final AccountTable before;
    private final AccountTable after;
    private final Standings standings;
    private final Sample removed = new Sample();
    private final Sample added = new Sample();
    private final Sample restricted = new Sample();

    /** A number of accounts, with the first few ids. */
    private static final class Sample {
        private static final int NAMED = 5;

        private final List<String> names = new ArrayList<>();
        private int count;

        private void add(String name) {
            if (count++ < NAMED) {
                names.add(name);
            }
        }

        @Override
        public String toString() {
            String first = String.join(", ", names);
            return count > names.size() ? first + " and " + (count - names.size()) + " more" : first;
        }
    }

    /**
     * Compares two tables.
     *
     * @param listed accounts to which the candidate gives keys that are unlisted before, by the id of the key
     * @param standings the standings in force
     * @throws ConfigException if there is not enough free heap
     */
    AccountChanges(AccountTable before, AccountTable after, Map<String, Account> listed, Standings standings, Path file)
            throws ConfigException {
        this.before = before;
        this.after = after;
        this.standings = standings;
        Set<String> freed = new LinkedHashSet<>();
        try {
            Set<String> missing = new HashSet<>();
            before.forEachMissing(after, account -> {
                removed.add(account.id());
                if (standings.of(account).reaches(Standing.POOLED)) {
                    missing.add(account.id());
                }
            });
            before.forEachMovedKey(after, (account, owner) -> {
                if (owner != null || missing.contains(account.id())) {
                    addIfFreed(freed, account, owner, owner == null ? Standing.CLEAR : standings.of(owner));
                }
            });
            listed.forEach((key, owner) -> {
                Standing own = standings.of(owner);
                Standing followed = standings.of(unlisted(key, owner));
                addIfFreed(freed, unlisted(key, Account.ANONYMOUS), owner, own.reaches(followed) ? own : followed);
            });
            freed.forEach(restricted::add);
            after.forEachMissing(before, account -> added.add(account.id()));
        } catch (HeapRoom.Full e) {
            throw new ConfigException(
                    Position.of(file), "not enough free heap to compare its accounts with the ones in force");
        }
    }

    /** Returns the account of an unlisted key as if it had the attributes of another one. */
    private static Account unlisted(String key, Account like) {
        return new Account(key, like.trust(), like.organisation(), like.tier(), like.verified(), null);
    }

    /** Adds the account of a key if it is pooled or blocked, and the key would have a lower standing. */
    private void addIfFreed(Set<String> freed, Account account, @Nullable Account owner, Standing next) {
        Standing standing = standings.of(account);
        if (standing.reaches(Standing.POOLED) && !next.reaches(standing)) {
            String name = account.id() + " (" + standing.name().toLowerCase(Locale.ROOT) + ")";
            freed.add(owner == null ? name : name + " to " + owner.id());
        }
    }

    /**
     * Refuses a change that a damaged file would cause. A key of a removed account has the account of an unlisted key,
     * without a standing.
     *
     * @param file the accounts file; the policy file if it names none
     * @throws ConfigException if over a fifth of the accounts would go, or if a key of a pooled or blocked account would get
     *     a lower standing
     */
    void check(Path file) throws ConfigException {
        if (restricted.count > 0) {
            throw new ConfigException(
                    Position.of(file),
                    "takes keys from accounts with a standing, which the keys would lose: " + restricted + FORCE);
        }
        if (removed.count > FEW && (long) removed.count * SHARE > before.accounts()) {
            throw new ConfigException(
                    Position.of(file),
                    "removes " + removed.count + " of " + before.accounts() + " accounts, more than a fifth at once: "
                            + removed + FORCE);
        }
    }

    /** Returns a sentence for the history. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("accounts " + before.accounts() + " -> " + after.accounts());
        if (removed.count > 0) {
            text.append(", removed ").append(removed);
        }
        if (added.count > 0) {
            text.append(", added ").append(added);
        }
        return text.toString();
    }
}
