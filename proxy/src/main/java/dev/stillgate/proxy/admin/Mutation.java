package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that changes state. Every request is audited with client and outcome before its response is sent.
 */
final class Mutation {
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.stillgate.audit");
    private static final int MOST = 64 * 1024;

    private final HttpExchange exchange;
    private final Audited audited;
    private String arguments = "";
    private @Nullable String by;
    private @Nullable String token;

    /** The receiver of audit events, and the authentication that names the client's token. */
    record Audited(AdminAccess access, Consumer<ResourceAction> auditor) {}

    Mutation(HttpExchange exchange, Audited audited) {
        this.exchange = exchange;
        this.audited = audited;
    }

    /** Returns the refusal of a request whose body has another type, null when it is allowed. */
    @Nullable
    Reply refusal(boolean withBody) {
        return withBody && !isJson(exchange.getRequestHeaders().getFirst("Content-Type"))
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

    /** Returns whether a request's method changes state. */
    static boolean changes(HttpExchange exchange) {
        return !exchange.getRequestMethod().equals("GET")
                && !exchange.getRequestMethod().equals("HEAD");
    }

    /** Returns the body, null when it is larger than 64 KiB. */
    byte @Nullable [] body() throws IOException {
        return body(MOST);
    }

    /** Returns the body, null when it is larger than {@code most} bytes. */
    byte @Nullable [] body(int most) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(most + 1);
        return body.length > most ? null : body;
    }

    /** Sets the arguments to audit, in addition to the path. */
    void arguments(Map<String, Object> arguments) {
        this.arguments = JsonWriter.json(arguments);
        by = arguments.get("by") instanceof String name ? name : null;
    }

    /** Sets the result of comparing the token, for a request that has it in another place than its fields. */
    void token(String result) {
        token = result;
    }

    /** Audits the request and sends the response. */
    void respond(Reply reply) throws IOException {
        AUDIT.info(
                "{} {} {} {} -> {}",
                exchange.getRemoteAddress(),
                exchange.getRequestMethod(),
                path(),
                arguments,
                reply.status());
        String peer = exchange.getRemoteAddress().getAddress().getHostAddress()
                + ':'
                + exchange.getRemoteAddress().getPort();
        audited.auditor.accept(new ResourceAction(
                peer,
                token == null ? audited.access.result(exchange) : token,
                exchange.getRequestMethod(),
                path(),
                arguments,
                by,
                reply.status(),
                reply.sentence()));
        reply.send(exchange);
    }

    private String path() {
        String query = exchange.getRequestURI().getRawQuery();
        return exchange.getRequestURI().getRawPath() + (query == null ? "" : "?" + query);
    }
}
