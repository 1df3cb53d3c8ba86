package dev.stillgate.fingerprint.signal;

/**
 * Whether it explains nothing of what is done with a template, or by the clock, which account does it: how soon it comes back,
 * how much it does, and what it asks. One program behind many accounts is known by it though each of them works at times of its
 * own.
 */
public final class Interchangeability implements Signal {
    /** The signal's name. */
    public static final String NAME = "interchangeability";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.TIME;
    }
}
