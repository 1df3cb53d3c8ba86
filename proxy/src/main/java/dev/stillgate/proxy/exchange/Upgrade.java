package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.dialect.realtime.WebSocketReader;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Upgrade of an exchange to WebSocket, where its route allows one (RFC 9110 section 7.8, RFC 6455). The data after the
 * upstream's 101 response is only counted; in a session of the Realtime API {@link SessionRelay} reads the upstream's. No
 * data passes before a 101 response to the requested protocol. The connection is closed when the account is blocked.
 */
final class Upgrade extends Deadlines.Watched {
    private static final String SUBPROTOCOL = "sec-websocket-protocol";

    /** In a subprotocol of OpenAI, for browsers, it stands before a key. */
    private static final String KEY = "api-key.";

    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");

    private static final byte[] ASKED =
            "connection: upgrade\r\nupgrade: websocket\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The maximum number of bytes that {@link #ask} adds to a request. */
    static final int MAX_ADDED = 64;

    private final EventLoopContext context;
    private final ExchangeFacts facts;
    private final @Nullable WebSocketReader client;
    private @Nullable Runnable block;

    private Upgrade(EventLoopContext context, ExchangeFacts facts) {
        this.context = context;
        this.facts = facts;
        this.client = isSession() ? new WebSocketReader() : null;
    }

    /**
     * Returns the upgrade that a request asks for, or null. An upgrade to HTTP/2 ({@code h2c}) is ignored, as RFC 9110
     * permits: clients offer it with every first request and continue without it.
     *
     * @throws BadMessage if the request asks for an upgrade that is not allowed
     */
    static @Nullable Upgrade asked(EventLoopContext context, ExchangeFacts facts, BodyFraming framing)
            throws BadMessage {
        Http1Head head = facts.head();
        int field = head.find(KnownHeader.UPGRADE);
        if (!UpgradeField.isValid(head, field) || head.valueIs(field, "h2c")) {
            if (facts.operation().kind() == Operation.Kind.SESSION
                    || facts.target().carriesResponses()) {
                throw refused("This path is served over WebSocket on HTTP/1.1 only.");
            }
            return null;
        }
        if (!UpgradeField.isWebSocket(head)
                || head.minorVersion() == 0
                || framing.kind() != BodyFraming.Kind.NONE
                || head.has(KnownHeader.EXPECT)) {
            throw refused("This path does not change to another protocol.");
        }
        if (!facts.target().upgrades()) {
            throw UpgradeField.required();
        }
        if (hasKey(head)) {
            throw refused("An API key in Sec-WebSocket-Protocol is not accepted; send it in the Authorization field.");
        }
        if (hasQueryKey(facts)) {
            throw refused("An API key in the query is not accepted; send it in a header field.");
        }
        if (facts.target().carriesResponses() && !WebSocketHandshake.isValid(head)) {
            throw refused("The handshake has no valid key, or another version than 13.");
        }
        if (facts.operation().kind() == Operation.Kind.SESSION) {
            facts.noteSession();
        }
        return new Upgrade(context, facts);
    }

    private static BadMessage refused(String message) {
        return new BadMessage(Verdict.Kind.MALFORMED, "upgrade-refused", message);
    }

    /** Returns whether a subprotocol contains a key, by which the served account could be another than the metered. */
    private static boolean hasKey(Http1Head head) {
        for (int i = 0; i < head.size(); i++) {
            if (head.nameIs(i, SUBPROTOCOL)
                    && head.value(i).toLowerCase(Locale.ROOT).contains(KEY)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether the query contains a key, as for a subprotocol: Azure reads {@code api-key} there, and Google {@code
     * key}. The latter passes at an opaque path if it is a place of credentials, where the account was found by it. An
     * escaped letter is equivalent to itself (RFC 3986 section 2.3).
     */
    private static boolean hasQueryKey(ExchangeFacts facts) {
        boolean isPlace = facts.target().provider() == null
                && facts.policy().credentials().contains(Policy.Credential.QUERY_KEY);
        for (String parameter : facts.head().query().split("&", -1)) {
            String name = parameter.substring(0, Math.max(0, parameter.indexOf('=')));
            String decoded = ESCAPE.matcher(name)
                    .replaceAll(
                            hex -> Matcher.quoteReplacement(Character.toString(HexFormat.fromHexDigits(hex.group(1)))));
            if (decoded.equalsIgnoreCase("api-key") || (!isPlace && decoded.equalsIgnoreCase("key"))) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the exchange becomes a session of the Realtime API. */
    boolean isSession() {
        return facts.operation().kind() == Operation.Kind.SESSION;
    }

    /** Returns whether each message of the connection is a prompt of the Responses API. */
    boolean isResponses() {
        return facts.target().carriesResponses();
    }

    /** Returns the field that accepts the client's key. */
    Header acceptance() {
        return WebSocketHandshake.acceptance(facts.head());
    }

    /** Reads what the client of a session sends, of which only its Close frame matters. */
    void read(ByteBuf in, int index, int length) {
        if (client == null) {
            return;
        }
        byte[] scratch = context.scratch();
        for (int at = 0; at < length; at += scratch.length) {
            int run = Math.min(length - at, scratch.length);
            in.getBytes(index + at, scratch, 0, run);
            for (int p = 0; p < run; ) {
                p = client.read(scratch, p, run);
            }
        }
    }

    /** Returns whether the client of a session has closed it, or sent a frame that no upstream can read. */
    boolean isClosed() {
        return client != null && (client.isClosed() || client.isBroken());
    }

    /** Adds the upgrade fields to a written request head. */
    ByteBuf ask(ByteBuf request) {
        return request.writerIndex(request.writerIndex() - 2).writeBytes(ASKED);
    }

    /** Returns whether the upstream's 101 response selects the requested protocol, for a session without extensions. */
    boolean isGranted(Http1Head answer) {
        return answer.countOf(KnownHeader.UPGRADE) == 1
                && answer.valueIs(answer.find(KnownHeader.UPGRADE), UpgradeField.WEBSOCKET)
                && !answer.has(KnownHeader.CONTENT_LENGTH)
                && !answer.has(KnownHeader.TRANSFER_ENCODING)
                && !(isSession() && answer.first(UpgradeField.EXTENSIONS) != null);
    }

    /**
     * Starts the upgraded phase after the upstream's 101 response.
     *
     * @param onBlocked runs when the account is blocked
     */
    void begin(Runnable onBlocked) {
        block = onBlocked;
        context.deadlines().start(this);
        context.meters().upgradeBegun();
    }

    @Override
    long onTick(long now) {
        if (block != null && context.shared().standings().of(facts.account()).reaches(Standing.BLOCKED)) {
            block.run();
        }
        return Deadlines.HORIZON_NANOS - 2 * Deadlines.TICK_NANOS; // so that it ends within a second
    }

    /** Ends the upgraded phase, and counts the bytes received from and sent to the client. */
    void end(long received, long sent) {
        if (block != null) {
            block = null;
            context.deadlines().end(this);
            context.meters().upgradeEnded(received, sent);
        }
    }
}
