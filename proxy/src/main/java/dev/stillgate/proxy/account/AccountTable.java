package dev.stillgate.proxy.account;

import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.HeapRoom;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listed accounts, by key hash: an immutable hash table with open addressing, with one section per secret. The keys
 * are already uniform hashes, so the slot is computed from their first half by a multiplication. Each key takes 1.4
 * slots of 20 bytes. Accounts are packed into arrays, because copying a million objects would lengthen garbage
 * collection pauses.
 */
public final class AccountTable {
    /** The empty table. */
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
     * Returns the account of a key, or null if it is not listed.
     *
     * @param secret the index of the secret, in the order of {@code hashing} in {@code stillgate.yaml}
     * @param hi the first 8 bytes of the key's hash
     * @param lo the last 8 bytes of the key's hash
     */
    public @Nullable Account find(int secret, long hi, long lo) {
        int number = secret < sections.length ? sections[secret].find(hi, lo) : -1;
        return number < 0 ? null : packed.get(number);
    }

    /** Returns the account with an id that has a key of a configured secret, or null. Linear time: not for requests. */
    public @Nullable Account named(String id) {
        int number = packed.search(id);
        boolean live = number >= 0 && Arrays.stream(sections).anyMatch(section -> section.has(number));
        return live ? packed.get(number) : null;
    }

    /**
     * Passes on each account that has a key here and none in another table. Linear time, and without an index for tables
     * in the same order: not for requests.
     *
     * @throws HeapRoom.Full if there is not enough free heap for an index of the other table
     */
    public void forEachMissing(AccountTable other, Consumer<Account> each) {
        BitSet here = numbers(sections);
        BitSet there = numbers(other.sections);
        TextPool index = null;
        int next = 0;
        for (int account = here.nextSetBit(0); account >= 0; account = here.nextSetBit(account + 1)) {
            int number = next;
            if (!packed.hasSameId(account, other.packed, next)) {
                index = index == null ? other.packed.indexedIds() : index;
                number = index.find(packed.id(account));
            }
            if (number < 0 || !there.get(number)) {
                each.accept(packed.get(account));
            }
            next = number < 0 ? next : number + 1;
        }
    }

    /**
     * Passes on the account of each key here that has another one in another table, and that one; null if no account lists
     * the key there. Linear time: not for requests.
     */
    public void forEachMovedKey(AccountTable other, BiConsumer<Account, @Nullable Account> each) {
        for (int secret = 0; secret < sections.length; secret++) {
            Section section = sections[secret];
            for (int i = 0; i < section.values.length; i++) {
                int number = section.values[i] - 1;
                if (number >= 0) {
                    int there = secret < other.sections.length
                            ? other.sections[secret].find(section.hashes[2 * i], section.hashes[2 * i + 1])
                            : -1;
                    if (there < 0 || !packed.hasSameId(number, other.packed, there)) {
                        each.accept(packed.get(number), there < 0 ? null : other.packed.get(there));
                    }
                }
            }
        }
    }

    /** Returns those of a few ids that no account with a key has. Linear time: not for requests. */
    public Set<String> missing(Set<String> ids) {
        Set<String> missing = new HashSet<>(ids);
        if (!missing.isEmpty()) {
            numbers(sections).stream().mapToObj(packed::id).forEach(missing::remove);
        }
        return missing;
    }

    /** Returns the numbers of the accounts with a key in any of the sections. */
    private static BitSet numbers(Section... sections) {
        BitSet numbers = new BitSet();
        for (Section section : sections) {
            for (int number : section.numbers()) {
                numbers.set(number);
            }
        }
        return numbers;
    }

    /** Returns the tiers of all accounts. Linear time: not for requests. */
    public Set<String> tiers() {
        Set<String> tiers = new TreeSet<>();
        for (Section section : sections) {
            tiers.addAll(packed.tiers(section.numbers()));
        }
        return tiers;
    }

    /** Returns the number of accounts. */
    public int accounts() {
        return accounts;
    }

    /**
     * Returns the number of accounts that have a key of a secret and no key of a secret before it.
     *
     * @param secret the index of the secret, as in {@link #find}
     */
    public int accountsBySecret(int secret) {
        return secret < bySecret.length ? bySecret[secret] : 0;
    }

    /** Returns the number of keys of configured secrets. */
    public int keys() {
        return Arrays.stream(sections).mapToInt(section -> section.size).sum();
    }

    /** Collects accounts and keys. */
    static final class Builder {
        private final Section[] sections;
        private final PackedAccounts packed = new PackedAccounts();
        private int accounts;

        /** Creates a builder for a number of secrets. */
        Builder(int secrets) {
            sections = new Section[secrets];
            Arrays.setAll(sections, secret -> new Section(16));
        }

        /** Adds an account and returns its number; -1 if there is already an account with that id. */
        int account(
                String id,
                @Nullable String organisation,
                @Nullable String tier,
                boolean verified,
                @Nullable Instant created,
                Map<String, String> facts,
                @Nullable String region) {
            if (packed.has(id)) {
                return -1;
            }
            accounts++;
            return packed.add(id, organisation, tier, verified, created, facts, region);
        }

        /** Adds the restrictions of an account given by its number. */
        void access(int account, Access access) {
            packed.access(account, access);
        }

        /** Adds a key of an account given by its number; returns false if the key is already in the table. */
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

    /** Counts the accounts per secret; an account with keys of several secrets counts for the first of them. */
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

    /**
     * The keys of one secret. A value is the account's number plus 1, or 0 for a free slot; at least one slot is free.
     */
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

        /** Returns the slot of a hash, or the free slot at which to insert it. */
        private int slot(long hi, long lo) {
            int slot = (int) Math.unsignedMultiplyHigh(hi, values.length);
            while (values[slot] != 0 && (hashes[2 * slot] != hi || hashes[2 * slot + 1] != lo)) {
                slot = slot + 1 == values.length ? 0 : slot + 1;
            }
            return slot;
        }

        /** Returns the number of the account of a hash, or -1. */
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
