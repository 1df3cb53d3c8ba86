package dev.stillgate.spi;

/** Standing of an account: a ladder of restrictions, each of which includes those below it. */
public enum Standing {
    CLEAR,
    WATCHED,
    TIGHTENED,
    MARKED,
    SLOWED,
    BLOCKED;

    /** Returns whether this standing is a given one or above. */
    public boolean reaches(Standing rung) {
        return compareTo(rung) >= 0;
    }
}
