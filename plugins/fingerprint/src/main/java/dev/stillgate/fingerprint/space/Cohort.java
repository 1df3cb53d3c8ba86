package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.signal.SharedKey;

/**
 * Accounts with one value of a shared key, which are compared with each other.
 *
 * @param key the shared key
 * @param value its value
 * @param members rows of the accounts in the {@link TraitSpace}s, ascending; account indexes where a cohort is not of a
 *     round
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Cohort(SharedKey key, int value, int[] members) {
    /** Least number of accounts in a group that is searched for or tested. */
    public static final int MIN_GROUP_SIZE = 10;

    @Override
    public String toString() {
        return key + " " + Integer.toHexString(value) + " (" + members.length + ')';
    }
}
