package dev.stillgate.fingerprint.signal;

/**
 * Accounts that come from another network each time, and not from where they were before, as through lines that a proxy
 * service lets: hardly any customer's do. One by one that is anybody's good right; together it is evidence where those who
 * do it ask for the same kind of things, as next to nobody else does.
 */
public final class Roaming implements Signal {
    /** The signal's name. */
    public static final String NAME = "roaming";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.NETWORK;
    }
}
