package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The {@link FirstStarts} of each account. Not thread-safe. */
public final class StartColumns {
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
        FirstStarts starts = of(account);
        if (starts.isComplete()) {
            return false;
        }
        if (starts.count() == 0) {
            c.firstStart[i] = Math.clamp(seen.start / 1000, 0, Integer.MAX_VALUE);
        }
        set(account, starts.with(seen, prompt));
        return true;
    }

    /** Begins an account's first starts anew. */
    public void restart(int account) {
        set(account, FirstStarts.NONE);
    }

    /** Returns the number of an account's recorded starts. */
    public int count(int account) {
        return of(account).count();
    }

    /** Returns the second of the epoch of the first recorded start, 0 before it. */
    public int since(int account) {
        return table.columns(account).firstStart[account % AccountColumns.SIZE];
    }

    /** Returns the first starts of an account. */
    public FirstStarts of(int account) {
        return new FirstStarts(table.columns(account).starts[account % AccountColumns.SIZE]);
    }

    private void set(int account, FirstStarts starts) {
        table.columns(account).starts[account % AccountColumns.SIZE] = starts.changes();
    }

    /** Writes the first starts of all accounts. */
    public void write(DataOutput out) throws IOException {
        for (int account = 0; account < table.index().limit(); account++) {
            write(out, of(account));
        }
    }

    /**
     * Reads them after the accounts.
     *
     * @param sameKey whether the hash key is unchanged; else the values are dropped
     */
    public void read(DataInput in, boolean sameKey) throws IOException {
        for (int account = 0; account < table.index().limit(); account++) {
            FirstStarts starts = read(in);
            set(account, sameKey ? starts : FirstStarts.NONE);
        }
    }

    /** Writes the first starts of one account. */
    public static void write(DataOutput out, FirstStarts starts) throws IOException {
        out.writeByte(starts.changes().length);
        for (int change : starts.changes()) {
            out.writeInt(change);
        }
    }

    /**
     * Reads the first starts of one account.
     *
     * @throws IOException if they are invalid
     */
    public static FirstStarts read(DataInput in) throws IOException {
        int[] changes = new int[in.readUnsignedByte()];
        for (int k = 0; k < changes.length; k++) {
            changes[k] = in.readInt();
        }
        FirstStarts starts = new FirstStarts(changes);
        if (!starts.isValid()) {
            throw new IOException("damaged: invalid first starts");
        }
        return starts;
    }
}
