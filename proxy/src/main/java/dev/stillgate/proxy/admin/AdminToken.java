package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The secret that a request to the admin must bear, where one is configured. Whether the gateway lives is told to everybody. */
final class AdminToken {
    private static final String BEARER = "Bearer ";
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz");

    private final byte @Nullable [] secret;
    private final BrowserGuard guard;

    /**
     * A token.
     *
     * @param secret null for none: all requests are let in that the guard does not refuse
     */
    AdminToken(@Nullable String secret, BrowserGuard guard) {
        this.guard = guard;
        this.secret = secret == null ? null : secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns {@code right}, {@code wrong}, or {@code none} where no token is asked for. */
    String judge(HttpExchange exchange) {
        return secret == null ? "none" : bears(exchange, secret) ? "right" : "wrong";
    }

    /** Returns why a request is refused, null when it is not; how much of a wrong token was right takes no part of the time. */
    @Nullable
    Reply refusal(HttpExchange exchange) {
        if (OPEN.contains(exchange.getRequestURI().getRawPath())) {
            return null;
        }
        if (secret == null) {
            return guard.refusal(exchange);
        }
        if (bears(exchange, secret)) {
            return null;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"stillgate\"");
        return Reply.error(401, "expected the admin's token: authorization: Bearer ...");
    }

    private static boolean bears(HttpExchange exchange, byte[] secret) {
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
