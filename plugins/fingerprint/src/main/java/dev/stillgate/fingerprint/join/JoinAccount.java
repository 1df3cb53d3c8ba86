package dev.stillgate.fingerprint.join;

import org.jspecify.annotations.Nullable;

/**
 * Account whose first conversation starts are compared with a campaign's.
 *
 * @param account account index
 * @param firstSeen second of the epoch at which it was first seen
 * @param tier null for none
 * @param fits whether a reference belongs to the fit half; the others calibrate
 */
public record JoinAccount(
        int account, int firstSeen, @Nullable String tier, boolean fits, FirstStarts starts) {
    public JoinStratum stratum() {
        return new JoinStratum(tier, JoinTrait.dialect(starts.value(JoinTrait.PATH)));
    }
}
