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

    /** Returns a cursor before the first creation. */
    Cursor cursor() {
        return new Cursor();
    }

    /** Position in the creations that only moves forward. */
    final class Cursor {
        private int at;

        private Cursor() {}

        /**
         * Returns the index of the first creation at a minute or later, which is not before that of the last call. Its
         * time is logarithmic in the number of creations passed (J. L. Bentley and A. C. Yao, "An almost optimal
         * algorithm for unbounded searching", 1976).
         */
        int to(long minute) {
            int step = 1;
            while (at + step <= minutes.length && minutes[at + step - 1] < minute) {
                at += step;
                step *= 2;
            }
            int high = Math.min(minutes.length, at + step - 1);
            while (at < high) {
                int middle = (at + high) >>> 1;
                if (minutes[middle] < minute) {
                    at = middle + 1;
                } else {
                    high = middle;
                }
            }
            return at;
        }
    }
}
