package dev.stillgate.proxy.account;

import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.HeapRoom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
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
    private static final int REGION = 3;
    private static final int COLUMNS = 4;
    private static final int NONE = Integer.MIN_VALUE;
    private static final int DAY_SECONDS = 86_400;
    private static final int CACHED = 4096;

    private final TextPool ids = new TextPool();
    private final TextPool texts = new TextPool();

    /** Direct-mapped cache, written without a lock because any of the racing values is correct. */
    private final @Nullable Recent[] recent = new @Nullable Recent[CACHED];

    private final FactPool facts = new FactPool();
    private final AccessPool accesses = new AccessPool();
    private int[] columns = new int[64 * COLUMNS];

    /** Seconds of the day at which accounts were created; ends with the last account that has one. */
    private int[] times = {};

    private long[] verified = new long[1];

    private record Recent(int number, Account account) {}

    boolean has(String id) {
        return ids.find(id) >= 0;
    }

    /**
     * Adds an account with a new id and returns its number.
     *
     * @param factHashes as for {@link FactPool#add}, or empty
     */
    int add(
            String id,
            @Nullable String organisation,
            @Nullable String tier,
            boolean isVerified,
            @Nullable Instant createdAt,
            Map<String, String> factHashes,
            @Nullable String region) {
        int number = ids.add(id);
        int at = number * COLUMNS;
        if (at == columns.length) {
            HeapRoom.require(2L * columns.length * Integer.BYTES);
            columns = Arrays.copyOf(columns, columns.length * 2);
        }
        if (number >>> 6 == verified.length) {
            verified = Arrays.copyOf(verified, verified.length * 2);
        }
        columns[at + ORGANISATION] = organisation == null ? NONE : texts.intern(organisation);
        columns[at + TIER] = tier == null ? NONE : texts.intern(tier);
        columns[at + REGION] = region == null ? NONE : texts.intern(region);
        columns[at + CREATED] = createdAt == null ? NONE : created(number, createdAt.getEpochSecond());
        if (isVerified) {
            verified[number >>> 6] |= 1L << number;
        }
        if (!factHashes.isEmpty()) {
            facts.add(number, factHashes);
        }
        return number;
    }

    /** Adds the restrictions of an account. */
    void access(int number, Access access) {
        accesses.add(number, access);
    }

    /** Keeps the second of the day of an account, and returns the day since the epoch. */
    private int created(int number, long second) {
        int time = Math.floorMod(second, DAY_SECONDS);
        if (time != 0) {
            if (number >= times.length) {
                times = enlarged(times, number);
            }
            times[number] = time;
        }
        return Math.toIntExact(Math.floorDiv(second, DAY_SECONDS));
    }

    /** Returns a copy of an array that has an index, and space for more. */
    static int[] enlarged(int[] array, int index) {
        int length = Math.max(64, index + index / 2);
        HeapRoom.require((long) length * Integer.BYTES);
        return Arrays.copyOf(array, length);
    }

    /** Returns a copy of an array without the zeros at its end. */
    static int[] trimmed(int[] array) {
        int length = array.length;
        while (length > 0 && array[length - 1] == 0) {
            length--;
        }
        HeapRoom.require((long) length * Integer.BYTES);
        return Arrays.copyOf(array, length);
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
        int created = columns[at + CREATED];
        int time = number < times.length ? times[number] : 0;
        return new Account(
                ids.get(number),
                Trust.LISTED,
                text(columns[at + ORGANISATION]),
                text(columns[at + TIER]),
                (verified[number >>> 6] & 1L << number) != 0,
                created == NONE ? null : Instant.ofEpochSecond((long) created * DAY_SECONDS + time),
                facts.get(number),
                text(columns[at + REGION]),
                accesses.get(number));
    }

    private @Nullable String text(int number) {
        return number == NONE ? null : texts.get(number);
    }

    String id(int number) {
        return ids.get(number);
    }

    /** Returns whether an account has the id of the account with another number in another table, if there is one. */
    boolean hasSameId(int number, PackedAccounts other, int otherNumber) {
        return otherNumber < other.ids.size() && ids.same(number, other.ids, otherNumber);
    }

    /** Returns the ids by number, with an index for searches. */
    TextPool indexedIds() {
        return ids.indexed();
    }

    /** Returns the number of an id, or -1. Linear search: not for requests. */
    int search(String id) {
        return ids.search(id);
    }

    /** Returns the distinct tiers of the accounts with the given numbers. Linear time: not for requests. */
    Set<String> tiers(int... numbers) {
        boolean[] seen = new boolean[texts.size()];
        for (int number : numbers) {
            int tier = columns[number * COLUMNS + TIER];
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
        facts.close();
        accesses.close();
        times = trimmed(times);
        HeapRoom.require((long) size * COLUMNS * Integer.BYTES);
        columns = Arrays.copyOf(columns, size * COLUMNS);
        return this;
    }
}
