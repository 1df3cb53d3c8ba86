package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.spi.HeapRoom;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
     * @param standings the standings in force
     * @throws ConfigException if there is not enough free heap
     */
    AccountChanges(AccountTable before, AccountTable after, Standings standings, Path file) throws ConfigException {
        this.before = before;
        this.after = after;
        try {
            before.forEachMissing(after, account -> {
                removed.add(account.id());
                Standing standing = standings.of(account);
                if (standing.reaches(Standing.POOLED)) {
                    restricted.add(account.id() + " (" + standing.name().toLowerCase(Locale.ROOT) + ")");
                }
            });
            after.forEachMissing(before, account -> added.add(account.id()));
        } catch (HeapRoom.Full e) {
            throw new ConfigException(
                    Position.of(file), "not enough free heap to compare its accounts with the ones in force");
        }
    }

    /**
     * Refuses a removal that a damaged file would cause. A key of a removed account has the account of an unlisted key,
     * without a standing.
     *
     * @param file the accounts file; the policy file if it names none
     * @throws ConfigException if over a fifth of the accounts would go, or one that is pooled or blocked
     */
    void check(Path file) throws ConfigException {
        if (restricted.count > 0) {
            throw new ConfigException(
                    Position.of(file),
                    "removes " + restricted.count + " of the accounts with a standing, which their keys would lose: "
                            + restricted + FORCE);
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
