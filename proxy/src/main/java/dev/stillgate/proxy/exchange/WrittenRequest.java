package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.jwt.JwtSender;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request parsed from a file or a byte array with the same rules as one from a socket. */
public final class WrittenRequest {
    private final Http1Head head;
    private final byte[] body;

    private WrittenRequest(Http1Head head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    /**
     * Parses a request head; all bytes after it are the body.
     *
     * @param maxHead the maximum size of the head, in bytes
     * @param maxTarget the maximum size of the target, in bytes
     * @throws BadMessage if a client that sent these bytes would be rejected
     */
    public static WrittenRequest read(byte[] bytes, int maxHead, int maxTarget) throws BadMessage {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        Http1Head head = new Http1Head();
        if (!Http1HeadParser.ofRequests(head, maxHead, maxTarget).feed(in)) {
            throw new BadMessage(Verdict.Kind.MALFORMED, "head-incomplete", "The head does not end in an empty line.");
        }
        return new WrittenRequest(head, Arrays.copyOfRange(bytes, in.readerIndex(), bytes.length));
    }

    public Http1Head head() {
        return head;
    }

    /** Returns the bytes after the head. */
    public byte[] body() {
        return body;
    }

    /**
     * Returns the target of the request, or null if no route matches.
     *
     * @throws BadMessage if the path is not in normal form, or the query is one that a cloud must not get
     */
    public @Nullable Target target(Routes routes) throws BadMessage {
        Target found = routes.match(head);
        if (found != null) {
            found.checkQuery(head);
        }
        return found;
    }

    /**
     * Returns the account of the request.
     *
     * @param target its target
     * @param policy names the places of credentials
     * @param address the client's address
     * @param millis the time of the request in milliseconds since the epoch
     * @throws BadMessage if the credential is ambiguous or refused
     */
    public Account account(
            Target target, ServingPolicy policy, Accounts.Cursor accounts, InetAddress address, long millis)
            throws BadMessage {
        List<Credential> places = policy.credentials();
        int chosen = CredentialField.choose(head, places, null);
        target.checkKeys(head, places, chosen);
        if (chosen < 0) {
            return Account.ANONYMOUS;
        }
        return places.get(chosen) == Credential.JWT
                ? Callers.of(head, policy.jwt(), new JwtSender(accounts), address, millis)
                : CredentialField.resolve(head, places.get(chosen), null, accounts);
    }
}
