package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Account;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The listed accounts by the hashes of their keys: an immutable table with open addressing, one section for each secret.
 * The hashes are already uniform, so the slot is a product of their first half, and 1.4 slots a key of 20 bytes each are
 * all it takes.
 */
public final class AccountTable {
    /** The table of no accounts. */
    public static final AccountTable EMPTY = new AccountTable(new Section[0], 0);

    private final Section[] sections;
    private final int accounts;

    private AccountTable(Section[] sections, int accounts) {
        this.sections = sections;
        this.accounts = accounts;
    }

    /**
     * Returns the account of a hash, null when it is not listed.
     *
     * @param secret the index of the secret, in the order of {@code hashing} in {@code stillgate.yaml}
     */
    public @Nullable Account find(int secret, long hi, long lo) {
        return secret < sections.length ? sections[secret].find(hi, lo) : null;
    }

    /** Returns the account of an id, null when no live key is listed under it; looks at every key, so for people only. */
    public @Nullable Account named(String id) {
        for (Section section : sections) {
            for (Account account : section.values) {
                if (account != null && account.id().equals(id)) {
                    return account;
                }
            }
        }
        return null;
    }

    /** Returns the tiers of the accounts; looks at every key, so for people only. */
    public Set<String> tiers() {
        Set<String> tiers = new TreeSet<>();
        for (Section section : sections) {
            for (Account account : section.values) {
                if (account != null && account.tier() != null) {
                    tiers.add(account.tier());
                }
            }
        }
        return tiers;
    }

    /** Returns how many accounts are listed. */
    public int accounts() {
        return accounts;
    }

    /** Returns how many of their keys can be recognised. */
    public int keys() {
        return Arrays.stream(sections).mapToInt(section -> section.size).sum();
    }

    /** Collects the keys of a table. */
    static final class Builder {
        private final Section[] sections;
        private int accounts;

        /** Starts a table for that many secrets. */
        Builder(int secrets) {
            sections = new Section[secrets];
            Arrays.setAll(sections, secret -> new Section(16));
        }

        void account() {
            accounts++;
        }

        /** Adds a key; false when that key is there already. */
        boolean key(int secret, long hi, long lo, Account account) {
            Section section = sections[secret];
            if (section.size >= section.slots() - section.slots() / 4) {
                sections[secret] = section = section.resized((int) Math.min(section.slots() * 2L, 1 << 29));
            }
            return section.add(hi, lo, account);
        }

        AccountTable build() {
            Section[] fit = Arrays.stream(sections)
                    .map(section -> section.resized(section.size + section.size * 2 / 5 + 1))
                    .toArray(Section[]::new);
            return new AccountTable(fit, accounts);
        }
    }

    /** The keys of one secret; at least one slot stays free. */
    private static final class Section {
        private final long[] hashes;
        private final @Nullable Account[] values;
        private int size;

        private Section(int slots) {
            hashes = new long[2 * slots];
            values = new @Nullable Account[slots];
        }

        private int slots() {
            return values.length;
        }

        /** Returns the slot in which a hash is, or would be. */
        private int slot(long hi, long lo) {
            int slot = (int) Math.unsignedMultiplyHigh(hi, values.length);
            while (values[slot] != null && (hashes[2 * slot] != hi || hashes[2 * slot + 1] != lo)) {
                slot = slot + 1 == values.length ? 0 : slot + 1;
            }
            return slot;
        }

        private @Nullable Account find(long hi, long lo) {
            return values[slot(hi, lo)];
        }

        private boolean add(long hi, long lo, Account account) {
            int slot = slot(hi, lo);
            if (values[slot] != null) {
                return false;
            }
            hashes[2 * slot] = hi;
            hashes[2 * slot + 1] = lo;
            values[slot] = account;
            size++;
            return true;
        }

        private Section resized(int slots) {
            Section other = new Section(slots);
            for (int i = 0; i < values.length; i++) {
                Account account = values[i];
                if (account != null) {
                    other.add(hashes[2 * i], hashes[2 * i + 1], account);
                }
            }
            return other;
        }
    }
}
