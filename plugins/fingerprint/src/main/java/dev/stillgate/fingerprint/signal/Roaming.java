package dev.stillgate.fingerprint.signal;

/**
 * Accounts that come from a new network almost every time, as through rented residential proxies. Evidence only for a
 * group that also asks for the same kind of content.
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
