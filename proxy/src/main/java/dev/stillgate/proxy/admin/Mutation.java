package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.admin.Credentials.AdminOperator;
import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.PolicyException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that changes state. Every request is audited with client and outcome before its response is sent.
 */
final class Mutation {
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.stillgate.audit");
    private static final int MOST = 64 * 1024;
    private static final int LONGEST_PATH = 1024;

    private final HttpExchange exchange;
    private final Auditor auditor;
    private Caller caller;
    private String arguments = "";
    private @Nullable String claimed;
    private @Nullable String orders;

    Mutation(HttpExchange exchange, Auditor auditor) {
        this.exchange = exchange;
        this.auditor = auditor;
        this.caller = Caller.of(exchange);
    }

    /** Returns whether the request may be performed: false if it must be audited and cannot be. */
    boolean begins() {
        return auditor.begins(action(0, null));
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
        return changes(exchange.getRequestMethod());
    }

    static boolean changes(String method) {
        return !method.equals("GET") && !method.equals("HEAD");
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

    /**
     * Sets the arguments to audit, in addition to the path, and returns those of the order: signed with the name of the
     * credential, if it has one.
     *
     * @throws PolicyException if they have another name
     */
    Map<String, Object> signed(Map<String, Object> given) {
        arguments = given.isEmpty() ? "" : JsonWriter.json(given);
        Object by = given.get("by");
        claimed = by instanceof String text ? text : null;
        String name = caller.name();
        if (name == null) {
            return given;
        }
        if (by != null && !(by instanceof String text && text.strip().equalsIgnoreCase(name))) {
            throw new PolicyException("by", "expected no other name than that of the credential, " + name);
        }
        Map<String, Object> signed = new LinkedHashMap<>(given);
        signed.put("by", name);
        return signed;
    }

    /** Returns who asks for it, null without a right credential where one is needed. */
    @Nullable
    AdminOperator operator() {
        return caller.operator();
    }

    /** Returns the role of the operator. */
    OperatorRole role() {
        AdminOperator operator = caller.operator();
        return operator == null ? OperatorRole.READ : operator.role();
    }

    /** Sets the ids of the orders that the request gave. */
    void orders(List<String> ids) {
        orders = ids.isEmpty() ? null : String.join(" ", ids);
    }

    /** Sets the client, for a request that has its credential in another place than its fields. */
    void caller(Caller known) {
        caller = known;
    }

    /** Audits the request and sends the response. */
    void respond(Reply reply) throws IOException {
        ResourceAction action = action(reply.status(), reply.sentence());
        AUDIT.info(
                "{}{} {} {} {} -> {}",
                exchange.getRemoteAddress(),
                action.role() == null ? "" : " " + action.by() + " (" + action.role() + ")",
                action.method(),
                action.path(),
                arguments,
                reply.status());
        auditor.accept(action);
        reply.send(exchange);
    }

    private ResourceAction action(int status, @Nullable String outcome) {
        OperatorRole role = caller.role();
        return new ResourceAction(
                exchange.getRemoteAddress().getAddress().getHostAddress()
                        + ':'
                        + exchange.getRemoteAddress().getPort(),
                caller.result(),
                exchange.getRequestMethod(),
                path(),
                arguments,
                caller.name() == null ? claimed : caller.name(),
                role == null ? null : role.text(),
                orders,
                status,
                outcome);
    }

    /** Returns path and query, cut after {@value #LONGEST_PATH} characters, which clients without access choose too. */
    private String path() {
        String query = exchange.getRequestURI().getRawQuery();
        String path = exchange.getRequestURI().getRawPath() + (query == null ? "" : "?" + query);
        return path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + "…" : path;
    }
}
