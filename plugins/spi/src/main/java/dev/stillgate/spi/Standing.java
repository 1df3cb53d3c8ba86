package dev.stillgate.spi;

/** Standing of an account: a ladder of restrictions, each of which includes those below it. */
public enum Standing {
    CLEAR,
    /** Answers may bear a mark. Nothing is refused. */
    MARKED,
    /** What helps most to copy a model is refused; limits may be lower. */
    TIGHTENED,
    /** The linked accounts of a group share one customer's limits and a daily budget. */
    POOLED,
    /** Every request is refused. */
    BLOCKED;

    /** Returns whether this standing is a given one or above. */
    public boolean reaches(Standing rung) {
        return compareTo(rung) >= 0;
    }
}
