package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.signal.SharedKey;

/**
 * Accounts that have something in common and are therefore compared with each other.
 *
 * @param key what they have in common
 * @param value its value
 * @param members their rows in the {@link TraitSpace}s, ascending
 */
@SuppressWarnings("ArrayRecordComponent")
public // never compared
record Cohort(SharedKey key, int value, int[] members) {
    /** Least number of accounts in a group that is searched for or tested. */
    public static final int FEWEST = 10;

    @Override
    public String toString() {
        return key + " " + Integer.toHexString(value) + " (" + members.length + ')';
    }
}
