package dev.stillgate.fingerprint.signal;

/** What accounts may have in common, by which candidate groups are found. Having it in common is no evidence of anything. */
public enum SharedKey {
    SYSTEM(0),
    TOOLS(1),
    OPENING(2),
    SKETCH_A(3),
    SKETCH_B(4),
    CLIENT(5),
    SHAPE(6),
    /** The ware that most prompts ask for. */
    WARE(7),
    /** The accounts among whom answers go round: each sends others' answers, and others send its own. */
    ISSUED_CONTEXT(8),
    /** What system prompts that are another one each time have in common. */
    SYSTEM_LIKE(9),
    /** That they come from another network each time. */
    ROAMING(10);

    private final int place;

    SharedKey(int place) {
        this.place = place;
    }

    /** Returns its place among all, from 0. */
    public int place() {
        return place;
    }
}
