package dev.stillgate.fingerprint.signal;

/** Keys by which accounts are grouped for comparison. Equal values are not evidence. */
public enum SharedKey {
    SYSTEM(0),
    TOOLS(1),
    OPENING(2),
    SKETCH_A(3),
    SKETCH_B(4),
    CLIENT(5),
    SHAPE(6),
    /** Common part of system prompts that differ each time. */
    SYSTEM_LIKE(7);

    private final int place;

    SharedKey(int place) {
        this.place = place;
    }

    /** Returns the position of its columns, from 0. */
    public int place() {
        return place;
    }
}
