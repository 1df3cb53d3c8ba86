package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Dialect;

/**
 * Majority vote over the dialects of an account's exchanges in 7 bits, beside the bit that says whether the account is
 * verified (R. S. Boyer and J. S. Moore, "MJRTY: a fast majority vote algorithm", 1991). The vote is limited, so it
 * follows an account that changes its dialect within {@value #MOST} exchanges. {@link Dialect#voted Some} vote for
 * {@link Dialect#OTHER}, which has no votes of its own.
 */
final class DialectVote {
    private static final int VERIFIED = 0x80;
    private static final int DIALECT_SHIFT = 5;
    private static final int MOST = (1 << DIALECT_SHIFT) - 1;
    private static final Dialect[] DIALECTS = Dialect.values();

    private DialectVote() {}

    /**
     * Returns the vote after one more exchange.
     *
     * @param vote the vote so far; 0 for none
     * @param verified whether the account is verified now
     */
    static byte add(byte vote, Dialect dialect, boolean verified) {
        int leader = leader(vote);
        int lead = vote & MOST;
        if (dialect != Dialect.OTHER) {
            int position = dialect.voted().code();
            if (lead == 0 || leader == position) {
                leader = position;
                lead = Math.min(MOST, lead + 1);
            } else {
                lead--;
            }
        }
        return (byte) ((verified ? VERIFIED : 0) | leader << DIALECT_SHIFT | lead);
    }

    private static int leader(byte vote) {
        return (vote & ~VERIFIED & 0xff) >> DIALECT_SHIFT;
    }

    /** Returns the leading dialect, {@link Dialect#OTHER} for those that vote for it or if none was counted. */
    static Dialect dialect(byte vote) {
        return DIALECTS[leader(vote)];
    }

    static boolean verified(byte vote) {
        return (vote & VERIFIED) != 0;
    }
}
