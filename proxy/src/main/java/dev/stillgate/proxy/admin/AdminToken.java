package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Authentication of admin requests by a bearer token, if one is configured. Health and readiness need no token. */
final class AdminToken {
    private static final String BEARER = "Bearer ";
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz");

    private final byte @Nullable [] secret;
    private final BrowserGuard guard;

    /**
     * Creates the authentication.
     *
     * @param secret the token, null for none; {@code guard} then decides
     */
    AdminToken(@Nullable String secret, BrowserGuard guard) {
        this.guard = guard;
        this.secret = secret == null ? null : secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns {@code right}, {@code wrong}, or {@code none} if no token is configured, for the audit log. */
    String result(HttpExchange exchange) {
        return secret == null ? "none" : hasToken(exchange, secret) ? "right" : "wrong";
    }

    /** Returns the refusal of a request, null when it is allowed. Tokens are compared in constant time. */
    @Nullable
    Reply refusal(HttpExchange exchange) {
        if (OPEN.contains(exchange.getRequestURI().getRawPath())) {
            return null;
        }
        if (secret == null) {
            return guard.refusal(exchange);
        }
        if (hasToken(exchange, secret)) {
            return null;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"stillgate\"");
        return Reply.error(401, "expected the admin's token: authorization: Bearer ...");
    }

    private static boolean hasToken(HttpExchange exchange, byte[] secret) {
        List<String> given = exchange.getRequestHeaders().get("Authorization");
        if (given == null
                || given.size() != 1
                || !given.getFirst().regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        byte[] token = given.getFirst().substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(secret, token);
    }
}
