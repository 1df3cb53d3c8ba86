package dev.stillgate.fingerprint.signal;

/** Accounts like the users of a decoy, a key that an operator leaks on purpose. */
public final class Decoys implements Signal {
    /** The signal's name. */
    public static final String NAME = "decoy";

    /** Name of the link by people alone, whose ids clients choose. */
    public static final String PEOPLE = "decoy-people";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.NETWORK;
    }
}
