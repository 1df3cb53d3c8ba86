package dev.stillgate.spi;

/** Where an account stands on the ladder, from nothing known against it to refused; each rung has those below it. */
public enum Standing {
    CLEAR,
    WATCHED,
    TIGHTENED,
    MARKED,
    SLOWED,
    BLOCKED;

    /** Returns whether this is that rung or one above it. */
    public boolean reaches(Standing rung) {
        return compareTo(rung) >= 0;
    }
}
