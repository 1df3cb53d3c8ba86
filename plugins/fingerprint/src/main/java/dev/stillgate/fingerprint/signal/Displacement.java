package dev.stillgate.fingerprint.signal;

/** Conversations that another account begins after one account was refused. */
public final class Displacement implements Signal {
    /** The signal's name. */
    public static final String NAME = "displacement";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.TIME;
    }
}
