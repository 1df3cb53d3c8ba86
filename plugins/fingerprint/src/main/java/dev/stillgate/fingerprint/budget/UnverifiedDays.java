package dev.stillgate.fingerprint.budget;

import dev.stillgate.fingerprint.account.NameIndex;
import dev.stillgate.fingerprint.capture.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Requests of each unverified account on its last {@value #KEPT} days with requests, in eight bytes. They become part of
 * the budgets of pools when the account is verified. An account has at most {@value #KEPT} days in them, so that a few
 * customers decide no percentile. Not thread-safe.
 */
public final class UnverifiedDays {
    /** Number of complete days that are kept of an account. */
    private static final int KEPT = 3;

    // An account's bits, from the highest: day of the epoch, requests on that day, tier, codes of the days before.
    private static final int DAY_SHIFT = 48;
    private static final int COUNT_SHIFT = 32;
    private static final int TIER_SHIFT = 24;
    private static final int CODE_BITS = 8;
    private static final int CODE_MASK = (1 << CODE_BITS) - 1;
    private static final long CODES_MASK = (1L << (KEPT * CODE_BITS)) - 1;

    private final NameIndex tiers = new NameIndex(PoolBudgets.MAX_TIERS);
    private final PoolBudgets budgets = new PoolBudgets();
    private long[] byAccount = {};

    /** Returns the budgets of pools. */
    public PoolBudgets budgets() {
        return budgets;
    }

    /**
     * Counts an exchange of an unverified account. The first one of a verified account adds the days before to the
     * budgets. Accounts of organisations are not counted, since several people may be behind one.
     *
     * @param account index of the account
     * @param isCounted whether the days of a verified account are those of a customer without restrictions
     */
    public void observe(int account, Observation seen, Predicate<String> isCounted) {
        int day = (int) TimeUnit.MILLISECONDS.toDays(seen.start);
        if (!seen.verified && seen.organisation == null) {
            if (seen.answered && !seen.sameRequest) {
                count(account, day, tiers.getOrAdd(seen.tier));
            }
            return;
        }
        long days = account < byAccount.length ? byAccount[account] : 0;
        if (days != 0) {
            byAccount[account] = 0;
            if (seen.verified && isCounted.test(seen.account)) {
                budgets.add(tiers.name((int) (days >>> TIER_SHIFT) & CODE_MASK), codes(days, day));
            }
        }
    }

    private void count(int account, int day, int tier) {
        if (account >= byAccount.length) {
            byAccount = Arrays.copyOf(byAccount, Math.max(account + 1, byAccount.length * 3 / 2));
        }
        long before = byAccount[account];
        boolean isNewDay = day > day(before) || day < day(before) - 1; // a response may end after midnight
        long codes = isNewDay ? ended(before) : before & CODES_MASK;
        long requests = isNewDay ? 1 : Math.min(DayCode.MOST, requests(before) + 1);
        long running = isNewDay ? day : day(before);
        byAccount[account] = running << DAY_SHIFT | requests << COUNT_SHIFT | (long) tier << TIER_SHIFT | codes;
    }

    private static int day(long days) {
        return (int) (days >>> DAY_SHIFT);
    }

    private static int requests(long days) {
        return (int) (days >>> COUNT_SHIFT) & DayCode.MOST;
    }

    /** Returns the codes of the days after the end of the running day. */
    private static long ended(long days) {
        return (days << CODE_BITS | DayCode.of(requests(days))) & CODES_MASK;
    }

    /** Returns the codes of an account's complete days. */
    private static List<Integer> codes(long days, int today) {
        List<Integer> codes = new ArrayList<>();
        for (long left = day(days) == today ? days & CODES_MASK : ended(days); left != 0; left >>>= CODE_BITS) {
            codes.add((int) left & CODE_MASK);
        }
        return codes;
    }

    /** Forgets accounts by index. */
    public void forget(int... accounts) {
        for (int account : accounts) {
            if (account < byAccount.length) {
                byAccount[account] = 0;
            }
        }
    }

    public void write(DataOutput out) throws IOException {
        budgets.write(out);
        out.writeByte(tiers.names().size());
        for (String tier : tiers.names()) {
            out.writeUTF(tier);
        }
        for (int account = 0; account < byAccount.length; account++) {
            if (byAccount[account] != 0) {
                out.writeInt(account);
                out.writeLong(byAccount[account]);
            }
        }
        out.writeInt(-1);
    }

    /**
     * Reads the days into an empty object.
     *
     * @param accounts upper bound of the account indexes, exclusive
     * @throws IOException if the data is invalid
     */
    public void read(DataInput in, int accounts) throws IOException {
        budgets.adopt(PoolBudgets.read(in));
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            tiers.getOrAdd(in.readUTF());
        }
        byAccount = new long[accounts];
        for (int account = in.readInt(); account >= 0; account = in.readInt()) {
            long days = in.readLong();
            if (account >= accounts
                    || ((int) (days >>> TIER_SHIFT) & CODE_MASK) > tiers.names().size()) {
                throw new IOException("damaged: days of account " + account);
            }
            byAccount[account] = days;
        }
    }
}
