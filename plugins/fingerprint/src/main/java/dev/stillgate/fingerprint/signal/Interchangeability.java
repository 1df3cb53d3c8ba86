package dev.stillgate.fingerprint.signal;

/**
 * Interchangeable accounts: tempo, amount and content of the work with a template, or of scheduled work, do not depend
 * on the account. Detects one program behind many accounts even if each account works at times of its own.
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
