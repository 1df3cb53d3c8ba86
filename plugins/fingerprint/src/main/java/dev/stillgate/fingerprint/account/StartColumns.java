package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.join.JoinTrait;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The {@link FirstStarts} of each account. Not thread-safe. */
public final class StartColumns {
    /** Number of columns, which are the last of the file format. */
    public static final int COLUMNS = 4;

    private final AccountTable table;

    StartColumns(AccountTable table) {
        this.table = table;
    }

    /**
     * Records a conversation start, unless the account has {@value FirstStarts#MOST} already.
     *
     * @return whether it was recorded
     */
    public boolean add(int account, Observation seen, PromptFeatures prompt) {
        AccountColumns c = table.columns(account);
        int i = account % AccountColumns.SIZE;
        if (c.starts[i] == FirstStarts.MOST) {
            return false;
        }
        if (c.starts[i]++ == 0) {
            c.firstStart[i] = Math.clamp(seen.start / 1000, 0, Integer.MAX_VALUE);
        }
        for (JoinTrait trait : JoinTrait.values()) {
            int at = i * JoinTrait.COUNT + trait.place();
            int value = c.firstKnown[at] == 0 ? trait.of(seen, prompt) : JoinTrait.UNKNOWN;
            if (value != JoinTrait.UNKNOWN) {
                AccountColumns.hash(c.firstValues, at, value);
                c.firstKnown[at] = c.starts[i];
            }
        }
        return true;
    }

    /** Begins an account's first starts anew. */
    public void restart(int account) {
        AccountColumns c = table.columns(account);
        int i = account % AccountColumns.SIZE;
        Arrays.fill(c.firstKnown, i * JoinTrait.COUNT, (i + 1) * JoinTrait.COUNT, (byte) 0);
        Arrays.fill(
                c.firstValues,
                i * JoinTrait.COUNT * AccountColumns.HASH,
                (i + 1) * JoinTrait.COUNT * AccountColumns.HASH,
                (byte) 0);
        c.starts[i] = 0;
    }

    /** Returns the number of an account's recorded starts. */
    public int count(int account) {
        return table.columns(account).starts[account % AccountColumns.SIZE];
    }

    /** Returns the second of the epoch of the first recorded start, 0 before it. */
    public int since(int account) {
        return table.columns(account).firstStart[account % AccountColumns.SIZE];
    }

    /** Returns whether the values of all accounts are within their bounds. */
    static boolean isValid(AccountColumns c) {
        return IntStream.range(0, AccountColumns.SIZE).allMatch(i -> of(c, i).isValid());
    }

    /** Returns a copy of the first starts of an account. */
    public FirstStarts of(int account) {
        return of(table.columns(account), account % AccountColumns.SIZE);
    }

    private static FirstStarts of(AccountColumns c, int i) {
        int from = i * JoinTrait.COUNT;
        int[] values = new int[JoinTrait.COUNT];
        Arrays.setAll(values, place -> AccountColumns.hash(c.firstValues, from + place));
        return new FirstStarts(values, Arrays.copyOfRange(c.firstKnown, from, from + JoinTrait.COUNT), c.starts[i]);
    }
}
