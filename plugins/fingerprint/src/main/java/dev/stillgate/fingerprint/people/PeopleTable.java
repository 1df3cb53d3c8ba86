package dev.stillgate.fingerprint.people;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * The people whom the requests of each account named in the last 14 days, by account index: the {@value #MOST} smallest
 * keyed hashes (Z. Bar-Yossef et al., "Counting distinct elements in a data stream", 2002), so that two accounts with the
 * same many people keep the same ones. Accounts that name no person take no memory. Not thread-safe.
 */
public final class PeopleTable {
    /** Number of people that are kept of an account. */
    static final int MOST = 32;

    private static final int SECONDS = 14 * 86_400;

    private final Map<Integer, People> byAccount = new TreeMap<>();

    /**
     * Records that a request of an account named a person.
     *
     * @param person keyed hash of the person's id
     * @param second second of the epoch
     */
    public void observe(int account, long person, int second) {
        byAccount.computeIfAbsent(account, absent -> new People()).add(person >>> 1, second);
    }

    /** Returns how many people an account named in the last 14 days; an estimate from {@value #MOST} on. */
    public int count(int account) {
        People people = byAccount.getOrDefault(account, new People());
        return people.size < MOST
                ? people.size
                : (int) Math.min(1e9, (MOST - 1) * 0x1p63 / people.hashes[people.size - 1]);
    }

    /** Returns the people of an account, as hashes. */
    public LongStream of(int account) {
        return byAccount.getOrDefault(account, new People()).hashes();
    }

    /** Returns the accounts with people, without those of more than 14 days before a second. */
    Map<Integer, People> recent(int second) {
        byAccount.values().forEach(people -> people.removeBefore(second - SECONDS));
        byAccount.values().removeIf(people -> people.size == 0);
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
        for (Map.Entry<Integer, People> account : byAccount.entrySet()) {
            People people = account.getValue();
            out.writeInt(account.getKey());
            out.writeByte(people.size);
            for (int i = 0; i < people.size; i++) {
                out.writeLong(people.hashes[i]);
                out.writeInt(people.last[i]);
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
            int size = in.readUnsignedByte();
            if (account < 0 || account >= accounts || size > MOST) {
                throw new IOException("damaged: " + size + " people of account " + account);
            }
            People people = new People();
            for (int i = 0; i < size; i++) {
                people.add(in.readLong() & Long.MAX_VALUE, in.readInt());
            }
            if (sameKey) {
                byAccount.put(account, people);
            }
        }
    }

    /** The people of one account, in the order of their hashes of 63 bits. */
    static final class People {
        private long[] hashes = {};
        private int size;

        /** Second of the epoch at which each person was last named. */
        private int[] last = {};

        /** Returns the hashes in ascending order. */
        LongStream hashes() {
            return Arrays.stream(hashes, 0, size);
        }

        /** Returns the second of the epoch at which a person was last named; 0 if never. */
        int last(long person) {
            int at = Arrays.binarySearch(hashes, 0, size, person);
            return at < 0 ? 0 : last[at];
        }

        private void add(long person, int second) {
            int at = Arrays.binarySearch(hashes, 0, size, person);
            if (at >= 0) {
                last[at] = Math.max(last[at], second);
                return;
            }
            if (size == MOST) {
                removeBefore(second - SECONDS);
                at = Arrays.binarySearch(hashes, 0, size, person);
            }
            insert(-1 - at, person, second);
        }

        private void insert(int at, long person, int second) {
            if (at == MOST) {
                return;
            }
            size = Math.min(size, MOST - 1);
            if (size == hashes.length) {
                int capacity = Math.min(MOST, Math.max(1, 2 * size));
                hashes = Arrays.copyOf(hashes, capacity);
                last = Arrays.copyOf(last, capacity);
            }
            System.arraycopy(hashes, at, hashes, at + 1, size - at);
            System.arraycopy(last, at, last, at + 1, size - at);
            hashes[at] = person;
            last[at] = second;
            size++;
        }

        private void removeBefore(int second) {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (last[i] >= second) {
                    hashes[kept] = hashes[i];
                    last[kept++] = last[i];
                }
            }
            size = kept;
        }
    }
}
