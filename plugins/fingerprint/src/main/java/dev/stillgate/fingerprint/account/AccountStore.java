package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The known accounts with the hashes of the responses issued to them, bounded in number. Not thread-safe. */
public final class AccountStore {
    private static final int HASHES_PER_ACCOUNT = 8;
    private static final int RETRY_BELOW_FRACTION = 64;

    private final AccountTable table = new AccountTable();
    private final IssuedHashes issued;
    private final Predicate<String> isEvictable;
    private final Consumer<int[]> onEvicted;
    private long noRoomUntil;
    private long evicted;
    private long unkept;

    /**
     * @param maxAccounts capacity, in accounts
     * @param isEvictable whether an account may be evicted, by id
     * @param onEvicted receives the indexes of removed accounts before they are reused
     */
    public AccountStore(int maxAccounts, Predicate<String> isEvictable, Consumer<int[]> onEvicted) {
        this.isEvictable = isEvictable;
        this.onEvicted = onEvicted;
        issued = new IssuedHashes((long) HASHES_PER_ACCOUNT * maxAccounts);
    }

    /**
     * Records an exchange.
     *
     * @param maxAccounts capacity, in accounts
     * @return whether there was space for its account
     */
    public boolean observe(Observation seen, int maxAccounts) {
        boolean hasCapacity = table.index().size() < maxAccounts
                || table.index().find(seen.account) != AccountIndex.NONE
                || evict(seen.start);
        int accountIndex = hasCapacity ? table.observe(seen, beginsConversation(seen)) : AccountIndex.NONE;
        if (accountIndex == AccountIndex.NONE) {
            unkept++;
            return false;
        }
        for (long hash : seen.issued) {
            issued.issue(hash, accountIndex);
        }
        return true;
    }

    /**
     * Returns whether an exchange begins a conversation: its prompt cites no response that was issued to the same
     * account. A history in the prompt does not count, since clients can invent it.
     */
    public boolean beginsConversation(Observation seen) {
        int accountIndex =
                seen.cited.length == 0 ? AccountIndex.NONE : table.index().find(seen.account);
        if (accountIndex == AccountIndex.NONE) {
            return true;
        }
        for (long hash : seen.cited) {
            if (issued.owner(hash) == accountIndex) {
                return false;
            }
        }
        return true;
    }

    /** Evicts the accounts with the lowest retention score; returns whether there were any. */
    private boolean evict(long millis) {
        if (millis < noRoomUntil) {
            return false;
        }
        int[] evicted =
                table.evict(accountIndex -> isEvictable.test(table.index().id(accountIndex)));
        BitSet accountIndexes = new BitSet();
        for (int accountIndex : evicted) {
            accountIndexes.set(accountIndex);
        }
        onEvicted.accept(evicted);
        issued.forget(accountIndexes);
        this.evicted += evicted.length;
        if (evicted.length * RETRY_BELOW_FRACTION < table.index().size()) {
            noRoomUntil = millis + 60_000; // few accounts are evictable, and the search is slow
        }
        return evicted.length > 0;
    }

    /** Forgets accounts by id; unknown ids are ignored. */
    public void forget(List<String> ids) {
        BitSet accountIndexes = new BitSet();
        for (String id : ids) {
            int accountIndex = table.index().find(id);
            if (accountIndex != AccountIndex.NONE) {
                accountIndexes.set(accountIndex);
            }
        }
        onEvicted.accept(accountIndexes.stream().toArray());
        issued.forget(accountIndexes);
        table.remove(accountIndexes.stream().toArray());
    }

    public void write(DataOutput out) throws IOException {
        AccountTableCodec.write(out, table);
        AccountTableCodec.write(out, issued);
    }

    /**
     * Reads the state into an empty store.
     *
     * @param sameKey whether the hash key is the one under which the state was written
     * @throws IOException if the data is invalid; the store is then unusable
     */
    public void read(DataInput in, boolean sameKey) throws IOException {
        AccountTableCodec.read(in, table);
        AccountTableCodec.read(in, issued, table.index().limit(), sameKey);
        if (!sameKey) {
            table.forgetKeyed();
        }
    }

    public AccountTable table() {
        return table;
    }

    public IssuedHashes issued() {
        return issued;
    }

    /** Returns the number of accounts that were evicted. */
    public long evicted() {
        return evicted;
    }

    /** Returns the number of exchanges that were dropped because there was no space for the account. */
    public long unkept() {
        return unkept;
    }
}
