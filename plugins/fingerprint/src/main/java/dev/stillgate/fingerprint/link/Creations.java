package dev.stillgate.fingerprint.link;

import java.util.Arrays;

/** Creation times of a set of accounts, in minutes of the epoch, ascending. */
final class Creations {
    /** The accounts, in the order of their creation. */
    final int[] accounts;

    private final int[] minutes;

    private Creations(long... ordered) {
        accounts = new int[ordered.length];
        minutes = new int[ordered.length];
        for (int i = 0; i < ordered.length; i++) {
            accounts[i] = (int) ordered[i];
            minutes[i] = (int) (ordered[i] >>> Integer.SIZE);
        }
    }

    /** Returns the creations of those accounts whose time is known and that have no declared organisation. */
    static Creations of(FactTable facts, Population population, int... accounts) {
        long[] ordered = new long[accounts.length];
        int count = 0;
        for (int account : accounts) {
            int minute = facts.created(account);
            if (minute != 0 && population.organisation().applyAsInt(account) == 0) {
                ordered[count++] = (long) minute << Integer.SIZE | account;
            }
        }
        Arrays.sort(ordered, 0, count);
        return new Creations(Arrays.copyOf(ordered, count));
    }

    int size() {
        return minutes.length;
    }

    int minute(int i) {
        return minutes[i];
    }

    /** Returns the index of the first creation at a minute or later. */
    int from(long minute) {
        int low = 0;
        int high = minutes.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (minutes[middle] < minute) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the number of creations from a minute until another one, exclusive. */
    int count(long from, long until) {
        return from(until) - from(from);
    }
}
