package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.signal.SharedKey;

/**
 * A group of accounts that the search selected for a test on later traffic.
 *
 * @param accounts account indexes, ascending
 * @param matchedOn shared key by which the accounts were compared
 * @param templates hashes of the templates they share, empty when the group is not tested for its templates
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CandidateGroup(int[] accounts, SharedKey matchedOn, int... templates) {}
