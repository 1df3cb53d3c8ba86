package dev.stillgate.spi;

/** Standing of an account: a ladder of restrictions, each of which includes those below it. */
@Removed(name = "tightened", instead = "write pooled, which refuses what tightened refused")
public enum Standing {
    CLEAR,
    /** Answers may bear a mark. Nothing is refused. */
    MARKED,
    /**
     * The linked accounts of a group share one customer's limits and a daily budget. Log-probabilities, several answers
     * at once, batches and opaque paths are refused.
     */
    POOLED,
    /** Every request is refused. */
    BLOCKED;

    /** Prefix of the codes of refusals that only a standing causes. */
    private static final String CODE = "standing-";

    /** Returns whether this standing is a given one or above. */
    public boolean reaches(Standing rung) {
        return compareTo(rung) >= 0;
    }

    /**
     * Returns whether this standing, which the account had, is the cause of a refusal. Each refusal for a limit counts
     * from {@code pooled} on, because such a standing may lower the limits.
     */
    public boolean isCauseOf(Outcome.Rejected refusal) {
        return refusal.code().startsWith(CODE) || (refusal.isOfLimit() && reaches(POOLED));
    }
}
