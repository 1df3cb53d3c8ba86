package dev.stillgate.proxy.account;

import dev.stillgate.spi.Access;
import dev.stillgate.spi.HeapRoom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Restrictions by account number. Equal ones are kept once, apart from the time at which they end. An account without any
 * takes no memory. Not thread-safe until {@link #close}; thread-safe and immutable afterwards.
 */
final class AccessPool {
    /** Heap of one kind of restrictions, without its texts and networks. */
    private static final int KIND_BYTES = 256;

    private static final int ITEM_BYTES = 128;

    /** Restrictions without their time. */
    private final List<Access> kinds = new ArrayList<>();

    private final Map<Access, Integer> numbers = new HashMap<>();

    /** The number of each account's kind plus 1, 0 for no restrictions; ends with the last account that has some. */
    private int[] kindOf = {};

    /** The second since the epoch at which each account ends, unsigned, 0 for never. */
    private int[] ends = {};

    /**
     * Adds the restrictions of an account. A time after the year 2105 counts as never.
     *
     * @throws HeapRoom.Full if there is not enough free heap
     */
    void add(int account, Access access) {
        Access kind = new Access(access.models(), access.networks(), null, access.disabled());
        Integer number = numbers.get(kind);
        if (number == null) {
            int items = kind.models().size() + kind.networks().size();
            if (Integer.bitCount(kinds.size()) == 1) { // as many again may follow
                HeapRoom.require((long) kinds.size() * (KIND_BYTES + items * ITEM_BYTES));
            }
            number = kinds.size();
            kinds.add(kind);
            numbers.put(kind, number);
        }
        if (account >= kindOf.length) {
            kindOf = PackedAccounts.enlarged(kindOf, account);
        }
        kindOf[account] = number + 1;
        Instant until = access.until();
        if (until != null && until.getEpochSecond() <= 0xffff_ffffL) {
            if (account >= ends.length) {
                ends = PackedAccounts.enlarged(ends, account);
            }
            ends[account] = (int) Math.max(1, until.getEpochSecond());
        }
    }

    /** Returns the restrictions of an account, null for none. */
    @Nullable
    Access get(int account) {
        int number = account < kindOf.length ? kindOf[account] - 1 : -1;
        if (number < 0) {
            return null;
        }
        Access kind = kinds.get(number);
        int end = account < ends.length ? ends[account] : 0;
        Instant until = end == 0 ? null : Instant.ofEpochSecond(Integer.toUnsignedLong(end));
        return new Access(kind.models(), kind.networks(), until, kind.disabled());
    }

    /** Gives unused memory back; {@link #add} must not be called afterwards. */
    void close() {
        numbers.clear();
        kindOf = PackedAccounts.trimmed(kindOf);
        ends = PackedAccounts.trimmed(ends);
    }
}
