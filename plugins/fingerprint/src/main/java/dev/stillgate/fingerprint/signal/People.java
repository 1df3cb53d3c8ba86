package dev.stillgate.fingerprint.signal;

/** People whom the requests of several accounts name: an account's user, spread over many accounts by a relay. */
public final class People implements Signal {
    /** The signal's name. */
    public static final String NAME = "people";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.NETWORK;
    }
}
