package dev.stillgate.fingerprint.signal;

/**
 * A client that does not look like what it says it is: its ClientHello, the order of its header fields or its beginning of
 * HTTP/2 is hardly anybody's who claims that software, and common among those who claim another. A little evidence of a
 * group that was found by other means, and none by itself: gateways on the way have a ClientHello of their own.
 */
public final class ClaimedClient implements Signal {
    /** The signal's name. */
    public static final String NAME = "claimed-client";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.NETWORK;
    }
}
