package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.HeaderOrder;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The peer of a downstream connection, and what was found out about it once for all its requests. */
public final class Peer implements ConnectionFacts {
    private final long id;
    private final InetSocketAddress socket;
    private final ForwardedFor forwardedFor;
    private final Accounts.Cursor accounts;
    private final Slots slots = new Slots();
    private String http = "1.1";
    private @Nullable String ja4;
    private @Nullable String preface;
    private long headerOrder;
    private byte @Nullable [] certificate;

    /**
     * A peer.
     *
     * @param accounts finds the accounts of its requests
     * @param trustedHops how many proxies in front of the gateway are trusted to name the caller's address
     */
    Peer(long id, InetSocketAddress socket, Accounts.Cursor accounts, int trustedHops) {
        this.id = id;
        this.socket = socket;
        this.accounts = accounts;
        this.forwardedFor = new ForwardedFor(socket.getAddress(), trustedHops);
    }

    ForwardedFor forwardedFor() {
        return forwardedFor;
    }

    Accounts.Cursor accounts() {
        return accounts;
    }

    /** Notes the version of HTTP that the peer speaks: {@code 2}, {@code 1.1} or {@code 1.0}. */
    public void speaks(String version) {
        http = version;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetAddress peer() {
        return socket.getAddress();
    }

    @Override
    public int peerPort() {
        return socket.getPort();
    }

    @Override
    public String http() {
        return http;
    }

    /** Notes the JA4 of the peer's ClientHello. */
    public void greets(String fingerprint) {
        ja4 = fingerprint;
    }

    /** Notes how the peer began HTTP/2. */
    public void begins(String connectionPreface) {
        preface = connectionPreface;
    }

    /** Takes a request of the peer, of which the first is noted. */
    void asks(Headers headers) {
        if (headerOrder == 0) {
            headerOrder = HeaderOrder.of(headers);
        }
    }

    /** Notes who the peer's certificate says it is; it was verified. */
    public void identifies(String identity) {
        certificate = CredentialField.ofCertificate(identity);
    }

    /** Returns the credential that the peer's certificate is, null when it has shown none. */
    byte @Nullable [] certificate() {
        return certificate;
    }

    @Override
    public @Nullable String ja4() {
        return ja4;
    }

    @Override
    public @Nullable String preface() {
        return preface;
    }

    @Override
    public long headerOrder() {
        return headerOrder;
    }

    @Override
    public <T> @Nullable T get(Slot<T> slot) {
        return slots.get(slot);
    }

    @Override
    public <T> void set(Slot<T> slot, @Nullable T value) {
        slots.set(slot, value);
    }
}
