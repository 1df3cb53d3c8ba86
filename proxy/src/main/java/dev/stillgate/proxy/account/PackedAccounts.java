package dev.stillgate.proxy.account;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.HeapRoom;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The listed accounts by number, from 0, packed into arrays. {@link Account} objects are created on demand, and a few
 * thousand recent ones are cached. Not thread-safe until {@link #close}; thread-safe and immutable afterwards.
 */
final class PackedAccounts {
    private static final int ORGANISATION = 0;
    private static final int TIER = 1;
    private static final int CREATED = 2;
    private static final int COLUMNS = 3;
    private static final int NONE = Integer.MIN_VALUE;
    private static final int CACHED = 4096;

    private final TextPool ids = new TextPool();
    private final TextPool texts = new TextPool();

    /** Direct-mapped cache, written without a lock because any of the racing values is correct. */
    private final @Nullable Recent[] recent = new @Nullable Recent[CACHED];

    private int[] facts = new int[64 * COLUMNS];
    private long[] verified = new long[1];

    private record Recent(int number, Account account) {}

    boolean has(String id) {
        return ids.find(id) >= 0;
    }

    /** Adds an account with a new id and returns its number. */
    int add(
            String id,
            @Nullable String organisation,
            @Nullable String tier,
            boolean isVerified,
            @Nullable LocalDate created) {
        int number = ids.add(id);
        int at = number * COLUMNS;
        if (at == facts.length) {
            HeapRoom.require(2L * facts.length * Integer.BYTES);
            facts = Arrays.copyOf(facts, facts.length * 2);
        }
        if (number >>> 6 == verified.length) {
            verified = Arrays.copyOf(verified, verified.length * 2);
        }
        facts[at + ORGANISATION] = organisation == null ? NONE : texts.intern(organisation);
        facts[at + TIER] = tier == null ? NONE : texts.intern(tier);
        facts[at + CREATED] = created == null ? NONE : (int) created.toEpochDay();
        if (isVerified) {
            verified[number >>> 6] |= 1L << number;
        }
        return number;
    }

    Account get(int number) {
        Recent known = recent[number & (CACHED - 1)];
        if (known != null && known.number == number) {
            return known.account;
        }
        Account account = create(number);
        recent[number & (CACHED - 1)] = new Recent(number, account);
        return account;
    }

    private Account create(int number) {
        int at = number * COLUMNS;
        int created = facts[at + CREATED];
        return new Account(
                ids.get(number),
                Trust.LISTED,
                text(facts[at + ORGANISATION]),
                text(facts[at + TIER]),
                (verified[number >>> 6] & 1L << number) != 0,
                created == NONE ? null : LocalDate.ofEpochDay(created));
    }

    private @Nullable String text(int number) {
        return number == NONE ? null : texts.get(number);
    }

    /** Returns the number of an id, or -1. Linear search: not for requests. */
    int search(String id) {
        return ids.search(id);
    }

    /** Returns the distinct tiers of the accounts with the given numbers. Linear time: not for requests. */
    Set<String> tiers(int... numbers) {
        boolean[] seen = new boolean[texts.size()];
        for (int number : numbers) {
            int tier = facts[number * COLUMNS + TIER];
            if (tier != NONE) {
                seen[tier] = true;
            }
        }
        Set<String> tiers = new TreeSet<>();
        for (int text = 0; text < seen.length; text++) {
            if (seen[text]) {
                tiers.add(texts.get(text));
            }
        }
        return tiers;
    }

    /** Releases the index that only adding needs, and makes the accounts immutable. */
    PackedAccounts close() {
        int size = ids.close().size();
        texts.close();
        HeapRoom.require((long) size * COLUMNS * Integer.BYTES);
        facts = Arrays.copyOf(facts, size * COLUMNS);
        return this;
    }
}
