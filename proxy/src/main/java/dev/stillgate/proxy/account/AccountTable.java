package dev.stillgate.proxy.account;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.HeapRoom;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The listed accounts by the hashes of their keys: an immutable table with open addressing, one section for each secret.
 * The hashes are already uniform, so the slot is a product of their first half, and 1.4 slots a key of 20 bytes each are
 * all it takes. Nothing in it is an object of one account: a collector that copied a million of them would make requests wait.
 */
public final class AccountTable {
    /** The table of no accounts. */
    public static final AccountTable EMPTY =
            new AccountTable(new Section[0], new PackedAccounts().close(), 0, new int[0]);

    private final Section[] sections;
    private final PackedAccounts packed;
    private final int accounts;
    private final int[] bySecret;

    private AccountTable(Section[] sections, PackedAccounts packed, int accounts, int[] bySecret) {
        this.sections = sections;
        this.packed = packed;
        this.accounts = accounts;
        this.bySecret = bySecret;
    }

    /**
     * Returns the account of a hash, null when it is not listed.
     *
     * @param secret the index of the secret, in the order of {@code hashing} in {@code stillgate.yaml}
     */
    public @Nullable Account find(int secret, long hi, long lo) {
        int number = secret < sections.length ? sections[secret].find(hi, lo) : -1;
        return number < 0 ? null : packed.get(number);
    }

    /** Returns the account of an id, null when no live key is listed under it; looks at every key, so for people only. */
    public @Nullable Account named(String id) {
        int number = packed.search(id);
        boolean live = number >= 0 && Arrays.stream(sections).anyMatch(section -> section.has(number));
        return live ? packed.get(number) : null;
    }

    /** Returns the tiers of the accounts; looks at every key, so for people only. */
    public Set<String> tiers() {
        Set<String> tiers = new TreeSet<>();
        for (Section section : sections) {
            tiers.addAll(packed.tiers(section.numbers()));
        }
        return tiers;
    }

    /** Returns how many accounts are listed. */
    public int accounts() {
        return accounts;
    }

    /**
     * Returns how many accounts have a key under a secret, and none under a secret before it.
     *
     * @param secret the index of the secret, as in {@link #find}
     */
    public int accountsBySecret(int secret) {
        return secret < bySecret.length ? bySecret[secret] : 0;
    }

    /** Returns how many of their keys can be recognised. */
    public int keys() {
        return Arrays.stream(sections).mapToInt(section -> section.size).sum();
    }

    /** Collects the keys of a table. */
    static final class Builder {
        private final Section[] sections;
        private final PackedAccounts packed = new PackedAccounts();
        private int accounts;

        /** Starts a table for that many secrets. */
        Builder(int secrets) {
            sections = new Section[secrets];
            Arrays.setAll(sections, secret -> new Section(16));
        }

        /** Adds an account, and returns its number; -1 when there is one of that id already. */
        int account(
                String id,
                @Nullable String organisation,
                @Nullable String tier,
                boolean verified,
                @Nullable LocalDate created) {
            if (packed.has(id)) {
                return -1;
            }
            accounts++;
            return packed.add(id, organisation, tier, verified, created);
        }

        /** Adds a key of an account, by its number; false when that key is there already. */
        boolean key(int secret, long hi, long lo, int account) {
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
            return new AccountTable(fit, packed.close(), accounts, bySecret(fit));
        }
    }

    /** Counts each account under the first secret that it has a key of. */
    private static int[] bySecret(Section[] sections) {
        BitSet counted = new BitSet();
        int[] bySecret = new int[sections.length];
        for (int secret = 0; secret < sections.length; secret++) {
            int before = counted.cardinality();
            for (int number : sections[secret].numbers()) {
                counted.set(number);
            }
            bySecret[secret] = counted.cardinality() - before;
        }
        return bySecret;
    }

    /** The keys of one secret, each with the number of its account, plus one; at least one slot stays free. */
    private static final class Section {
        private final long[] hashes;
        private final int[] values;
        private int size;

        private Section(int slots) {
            hashes = new long[2 * slots];
            values = new int[slots];
        }

        private int slots() {
            return values.length;
        }

        private boolean has(int account) {
            return Arrays.stream(values).anyMatch(value -> value == account + 1);
        }

        private int[] numbers() {
            return Arrays.stream(values)
                    .filter(value -> value != 0)
                    .map(value -> value - 1)
                    .toArray();
        }

        /** Returns the slot in which a hash is, or would be. */
        private int slot(long hi, long lo) {
            int slot = (int) Math.unsignedMultiplyHigh(hi, values.length);
            while (values[slot] != 0 && (hashes[2 * slot] != hi || hashes[2 * slot + 1] != lo)) {
                slot = slot + 1 == values.length ? 0 : slot + 1;
            }
            return slot;
        }

        /** Returns the number of the account of a hash, -1 when it is not there. */
        private int find(long hi, long lo) {
            return values[slot(hi, lo)] - 1;
        }

        private boolean add(long hi, long lo, int account) {
            int slot = slot(hi, lo);
            if (values[slot] != 0) {
                return false;
            }
            hashes[2 * slot] = hi;
            hashes[2 * slot + 1] = lo;
            values[slot] = account + 1;
            size++;
            return true;
        }

        private Section resized(int slots) {
            HeapRoom.require((2L * Long.BYTES + Integer.BYTES) * slots);
            Section other = new Section(slots);
            for (int i = 0; i < values.length; i++) {
                if (values[i] != 0) {
                    other.add(hashes[2 * i], hashes[2 * i + 1], values[i] - 1);
                }
            }
            return other;
        }
    }
}
