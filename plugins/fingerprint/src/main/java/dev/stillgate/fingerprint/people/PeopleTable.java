package dev.stillgate.fingerprint.people;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The people whom the requests of each account named in the last 14 days, by account index: the {@value #MOST} smallest
 * keyed hashes (Z. Bar-Yossef et al., "Counting distinct elements in a data stream", 2002), so that two accounts with the
 * same many people keep the same ones. Accounts that name no person take no memory. Not thread-safe.
 */
public final class PeopleTable {
    /** Number of people that are kept of an account. */
    static final int MOST = 32;

    private static final int SECONDS = 14 * 86_400;

    /** The second of the epoch at which each person was last seen, by a hash of 63 bits, by account index. */
    private final Map<Integer, NavigableMap<Long, Integer>> byAccount = new TreeMap<>();

    /**
     * Records that a request of an account named a person.
     *
     * @param person keyed hash of the person's id
     * @param second second of the epoch
     */
    public void observe(int account, long person, int second) {
        NavigableMap<Long, Integer> people = byAccount.computeIfAbsent(account, absent -> new TreeMap<>());
        people.merge(person >>> 1, second, Math::max);
        if (people.size() > MOST) {
            people.values().removeIf(last -> last < second - SECONDS);
        }
        if (people.size() > MOST) {
            people.pollLastEntry();
        }
    }

    /** Returns how many people an account named in the last 14 days; an estimate from {@value #MOST} on. */
    public int count(int account) {
        NavigableMap<Long, Integer> people = byAccount.getOrDefault(account, new TreeMap<>());
        return people.size() < MOST ? people.size() : (int) Math.min(1e9, (MOST - 1) * 0x1p63 / people.lastKey());
    }

    /** Returns the accounts with people, without those of more than 14 days before a second. */
    Map<Integer, NavigableMap<Long, Integer>> recent(int second) {
        byAccount.values().forEach(people -> people.values().removeIf(last -> last < second - SECONDS));
        byAccount.values().removeIf(Map::isEmpty);
        return byAccount;
    }

    /** Forgets accounts whose indexes may be reused. */
    public void forget(int... accounts) {
        Arrays.stream(accounts).forEach(byAccount::remove);
    }

    /** Forgets all people. */
    public void clear() {
        byAccount.clear();
    }

    /** Writes all people. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(byAccount.size());
        for (Map.Entry<Integer, NavigableMap<Long, Integer>> account : byAccount.entrySet()) {
            out.writeInt(account.getKey());
            out.writeByte(account.getValue().size());
            for (Map.Entry<Long, Integer> person : account.getValue().entrySet()) {
                out.writeLong(person.getKey());
                out.writeInt(person.getValue());
            }
        }
    }

    /**
     * Reads all people into an empty table.
     *
     * @param accounts upper bound of the account indexes, exclusive
     * @param sameKey whether the hash key is the one under which they were written; else they are dropped
     * @throws IOException if the data is invalid; the table is then unusable
     */
    public void read(DataInput in, int accounts, boolean sameKey) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            int account = in.readInt();
            NavigableMap<Long, Integer> people = new TreeMap<>();
            for (int size = in.readUnsignedByte(); size > 0; size--) {
                people.put(in.readLong(), in.readInt());
            }
            if (account < 0 || account >= accounts || people.size() > MOST) {
                throw new IOException("damaged: " + people.size() + " people of account " + account);
            }
            if (sameKey) {
                byAccount.put(account, people);
            }
        }
    }
}
