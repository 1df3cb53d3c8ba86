package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that changes something. It is refused when a browser may have sent it for another site, and audited, by whom
 * and with what outcome, before it is answered.
 */
final class Mutation {
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.stillgate.audit");
    private static final int MOST = 64 * 1024;

    private final HttpExchange exchange;
    private final Audited audited;
    private String asked = "";

    /** Who takes note of what was asked for, and who asks. */
    record Audited(AdminToken token, Consumer<ResourceAction> acts) {}

    Mutation(HttpExchange exchange, Audited audited) {
        this.exchange = exchange;
        this.audited = audited;
    }

    /** Returns why the request is refused, null when it is not: pages of other sites can send neither. */
    @Nullable
    Reply refusal(boolean withBody) {
        Headers fields = exchange.getRequestHeaders();
        if (fields.containsKey("Origin")) {
            return Reply.error(403, "requests of web pages are refused");
        }
        return withBody && !isJson(fields.getFirst("Content-Type"))
                ? Reply.error(415, "expected content-type: application/json")
                : null;
    }

    private static boolean isJson(@Nullable String type) {
        if (type == null) {
            return false;
        }
        int semicolon = type.indexOf(';');
        String bare = semicolon < 0 ? type : type.substring(0, semicolon);
        return bare.strip().toLowerCase(Locale.ROOT).equals("application/json");
    }

    /** Returns whether a request asks for a change. */
    static boolean changes(HttpExchange exchange) {
        return !exchange.getRequestMethod().equals("GET")
                && !exchange.getRequestMethod().equals("HEAD");
    }

    /** Returns why the request is refused when it has a body, null when it has none. */
    @Nullable
    Reply refuseBody() throws IOException {
        byte[] body = body();
        if (body == null) {
            return Reply.error(413, "the body is too large");
        }
        return body.length > 0 ? Reply.error(400, "expected no body") : null;
    }

    /** Returns the body, null when it is too large. */
    byte @Nullable [] body() throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MOST + 1);
        return body.length > MOST ? null : body;
    }

    /** Notes what was asked for, in addition to the path. */
    void asks(Object arguments) {
        asked = JsonWriter.json(arguments);
    }

    /** Audits it, and answers. */
    void answer(Reply reply) throws IOException {
        AUDIT.info(
                "{} {} {} {} -> {}",
                exchange.getRemoteAddress(),
                exchange.getRequestMethod(),
                path(),
                asked,
                reply.status());
        String peer = exchange.getRemoteAddress().getAddress().getHostAddress()
                + ':'
                + exchange.getRemoteAddress().getPort();
        audited.acts.accept(new ResourceAction(
                peer,
                audited.token.judge(exchange),
                exchange.getRequestMethod(),
                path(),
                asked,
                reply.status(),
                reply.sentence()));
        reply.send(exchange);
    }

    private String path() {
        String query = exchange.getRequestURI().getRawQuery();
        return exchange.getRequestURI().getRawPath() + (query == null ? "" : "?" + query);
    }
}
