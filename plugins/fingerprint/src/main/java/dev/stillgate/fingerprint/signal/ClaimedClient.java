package dev.stillgate.fingerprint.signal;

/**
 * Client whose fingerprint contradicts the software that it claims to be: the ClientHello, header order or HTTP/2
 * preface is rare under that claim and common under another. Weak evidence, and only for a group that was found by
 * other means: TLS proxies have a ClientHello of their own.
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
