package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.Verdict;

/** The {@code Upgrade} field of a request (RFC 9110 section 7.8), as far as it asks for WebSocket. */
final class UpgradeField {
    /** The field that negotiates extensions. It is taken out of the request for a session, so that frames can be read. */
    static final String EXTENSIONS = "sec-websocket-extensions";

    static final String WEBSOCKET = "websocket";

    private UpgradeField() {}

    /** Returns whether a field is present and nominated by {@code Connection}, as RFC 9110 section 7.8 requires. */
    static boolean isValid(Http1Head head, int field) {
        return field >= 0 && head.nominatesFields() && head.isNominated(field);
    }

    /** Returns whether a request asks for an upgrade to WebSocket and no other protocol. */
    static boolean isWebSocket(Http1Head head) {
        int field = head.find(KnownHeader.UPGRADE);
        return isValid(head, field)
                && head.countOf(KnownHeader.UPGRADE) == 1
                && head.valueIs(field, WEBSOCKET)
                && head.methodIs("GET");
    }

    /** Returns the refusal of WebSocket at a path that is served over HTTP, to which clients then return at once. */
    static BadMessage required() {
        return new BadMessage(
                Verdict.Kind.UPGRADE_REQUIRED, "upgrade-refused", "This path is not served over WebSocket, use HTTP.");
    }
}
