package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The change to WebSocket that an exchange asks for, where its route allows one (RFC 9110 section 7.8, RFC 6455). What passes
 * after the upstream's 101 is no HTTP any more and is not looked into, only counted; so nothing passes before the upstream has
 * said 101 to the very protocol that was asked for, and it ends when the account is blocked.
 */
final class Upgrade extends Deadlines.Watched {
    private static final String PROTOCOL = "websocket";
    private static final byte[] ASKED =
            "connection: upgrade\r\nupgrade: websocket\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** How many bytes {@link #ask} adds to a request at most. */
    static final int ROOM = 64;

    private final LiveExchange exchange;
    private boolean begun;

    private Upgrade(LiveExchange exchange) {
        this.exchange = exchange;
    }

    /**
     * Returns the change that a request asks for, null when it asks for none. One to HTTP/2 is not heard, as any may be that
     * a server does not want: clients offer it with every first request, and go on without it.
     *
     * @throws BadMessage when it asks for one that it cannot have
     */
    static @Nullable Upgrade asked(LiveExchange exchange, BodyFraming framing) throws BadMessage {
        Http1Head head = exchange.head();
        int field = head.find(KnownHeader.UPGRADE);
        if (field < 0 || !head.nominatesFields() || !head.isNominated(field) || head.valueIs(field, "h2c")) {
            return null;
        }
        boolean plain = head.countOf(KnownHeader.UPGRADE) == 1
                && head.valueIs(field, PROTOCOL)
                && head.methodIs("GET")
                && head.minorVersion() == 1
                && framing.kind() == BodyFraming.Kind.NONE
                && !head.has(KnownHeader.EXPECT);
        if (!plain
                || exchange.operation() != Operation.OPAQUE
                || !exchange.target().upgrades()) {
            throw new BadMessage(
                    Verdict.Kind.MALFORMED, "upgrade-refused", "This path does not change to another protocol.");
        }
        return new Upgrade(exchange);
    }

    /** Makes a request that was written, with an empty line at its end, one that asks for the change. */
    ByteBuf ask(ByteBuf request) {
        return request.writerIndex(request.writerIndex() - 2).writeBytes(ASKED);
    }

    /** Returns whether an upstream's 101 is to what was asked for. */
    boolean isGranted(Http1Head answer) {
        return answer.countOf(KnownHeader.UPGRADE) == 1
                && answer.valueIs(answer.find(KnownHeader.UPGRADE), PROTOCOL)
                && !answer.has(KnownHeader.CONTENT_LENGTH)
                && !answer.has(KnownHeader.TRANSFER_ENCODING);
    }

    /** The upstream has granted it. */
    void begin() {
        begun = true;
        exchange.lane.deadlines().start(this);
        exchange.lane.meters().upgradeBegun();
    }

    @Override
    void onTick(long now) {
        if (exchange.lane.shared().standings().of(exchange.account()).reaches(Standing.BLOCKED)) {
            exchange.refuse(Verdict.Kind.BLOCKED, "account-blocked", "This account is not served.");
        }
    }

    /** The exchange is over; both in bytes. */
    void end(long received, long sent) {
        if (begun) {
            begun = false;
            exchange.lane.deadlines().end(this);
            exchange.lane.meters().upgradeEnded(received, sent);
        }
    }
}
