package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that was written down, read by the rules by which one from a socket is. */
public final class WrittenRequest {
    private final Http1Head head;
    private final byte[] body;

    private WrittenRequest(Http1Head head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    /**
     * Reads a request: its head, and all that follows as its body.
     *
     * @param maxHead the most bytes of the head
     * @param maxTarget the most bytes of the target
     * @throws BadMessage when a caller that sent it would be refused
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

    /** Returns what follows the head. */
    public byte[] body() {
        return body;
    }

    /**
     * Returns what it asks for, null when no route takes it.
     *
     * @throws BadMessage when the path is not in normal form
     */
    public @Nullable Target target(Routes routes) throws BadMessage {
        return routes.match(head);
    }

    /**
     * Returns whose it is.
     *
     * @throws BadMessage when its credential could be understood in two ways
     */
    public Account account(List<Credential> places, Accounts.Cursor accounts) throws BadMessage {
        int chosen = CredentialField.choose(head, places, null);
        return chosen < 0 ? Account.ANONYMOUS : CredentialField.resolve(head, places.get(chosen), null, accounts);
    }
}
