package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.SharedKey;

/**
 * Accounts that have something in common and are therefore compared with each other.
 *
 * @param key what they have in common
 * @param value its value
 * @param members their rows in the {@link Space}s, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cohort(SharedKey key, int value, int[] members) {
    @Override
    public String toString() {
        return key + " " + Integer.toHexString(value) + " (" + members.length + ')';
    }
}
