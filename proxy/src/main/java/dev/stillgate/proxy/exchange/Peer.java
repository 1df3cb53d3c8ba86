package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.proxy.jwt.JwtSender;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.HeaderOrder;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client at the other end of a connection, with the facts that are the same for all of its requests. Not
 * thread-safe.
 */
public final class Peer implements ConnectionFacts {
    private final long id;
    private final InetSocketAddress socket;
    private final ForwardedFor forwardedFor;
    private final Accounts.Cursor accounts;
    private final JwtSender sender;
    private final Slots slots = new Slots();
    private String http = "1.1";
    private @Nullable String ja4;
    private @Nullable String preface;
    private long headerOrder;
    private byte @Nullable [] certificate;

    /**
     * Creates the peer of a connection.
     *
     * @param accounts the connection's cursor, which finds the account of each request
     * @param trustedHops the number of trusted proxies in front of the gateway
     * @param unreadable receives entries of {@code X-Forwarded-For} that are not addresses
     */
    Peer(long id, InetSocketAddress socket, Accounts.Cursor accounts, int trustedHops, Consumer<String> unreadable) {
        this.id = id;
        this.socket = socket;
        this.accounts = accounts;
        this.sender = new JwtSender(accounts);
        this.forwardedFor = new ForwardedFor(socket.getAddress(), trustedHops, unreadable);
    }

    ForwardedFor forwardedFor() {
        return forwardedFor;
    }

    Accounts.Cursor accounts() {
        return accounts;
    }

    /** Returns the connection as a sender of tokens. */
    JwtSender sender() {
        return sender;
    }

    /** Sets the HTTP version of the connection: {@code 2}, {@code 1.1} or {@code 1.0}. */
    public void setHttp(String version) {
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

    /** Sets the JA4 fingerprint of the client's ClientHello. */
    public void setJa4(String fingerprint) {
        ja4 = fingerprint;
    }

    /** Sets the fingerprint of the client's HTTP/2 connection preface. */
    public void setPreface(String connectionPreface) {
        preface = connectionPreface;
    }

    /** Records the header order of the connection's first request. */
    void noteRequest(Headers headers) {
        if (headerOrder == 0) {
            headerOrder = HeaderOrder.of(headers);
        }
    }

    /** Sets the identity in the client's certificate, which has been verified. */
    public void setIdentity(String identity) {
        certificate = CredentialField.ofCertificate(identity);
    }

    /** Returns the credential of the client's certificate, or null without a certificate. */
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
