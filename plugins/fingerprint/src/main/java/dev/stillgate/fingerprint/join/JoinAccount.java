package dev.stillgate.fingerprint.join;

import org.jspecify.annotations.Nullable;

/**
 * Account whose first conversation starts are compared with a campaign's.
 *
 * @param account account index
 * @param firstSeen second of the epoch at which it was first seen
 * @param created second of the epoch at which it was opened, by the accounts file; 0 if unknown
 * @param tier null if unknown
 * @param fits whether a reference belongs to the fit half; the others calibrate
 * @param facts hashes of registration facts by the number of their name, 0 for unknown ones
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record JoinAccount(
        int account,
        int firstSeen,
        long created,
        @Nullable String tier,
        boolean fits,
        FirstStarts starts,
        int[] facts) {
    int fact(int number) {
        return number < facts.length ? facts[number] : JoinTrait.UNKNOWN;
    }

    public JoinStratum stratum() {
        return new JoinStratum(tier, JoinTrait.dialect(starts.path()));
    }
}
