package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.console.ConsoleSessions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Access control of the admin API. A request is allowed with the token in {@code Authorization}, in a session of the
 * console, or without both if no token is configured. Health, readiness and the console's static files need none of
 * these. Requests of other web pages are refused, and the console changes something only if it may.
 */
final class AdminAccess {
    private static final String BEARER = "Bearer ";
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz");

    private final byte @Nullable [] secret;
    private final StillgateConfig.Console console;
    private final BrowserGuard guard;
    private final ConsoleSessions sessions = new ConsoleSessions();

    /**
     * Creates the access control.
     *
     * @param secret the token, null for none
     */
    AdminAccess(@Nullable String secret, StillgateConfig.Console console, BrowserGuard guard) {
        this.console = console;
        this.guard = guard;
        this.secret = secret == null ? null : secret.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns {@code right}, {@code wrong}, {@code session}, or {@code none} without a token, for the audit log. */
    String result(HttpExchange exchange) {
        if (secret == null) {
            return "none";
        }
        return hasToken(exchange, secret) ? "right" : isSignedIn(exchange) ? "session" : "wrong";
    }

    boolean needsToken() {
        return secret != null;
    }

    ConsoleSessions sessions() {
        return sessions;
    }

    /** Returns whether the console has buttons that change something. */
    boolean mayWrite() {
        return console == StillgateConfig.Console.WRITE;
    }

    /** Returns whether a request may read what the console shows. */
    boolean isSignedIn(HttpExchange exchange) {
        return secret == null || sessions.has(exchange.getRequestHeaders().get("Cookie"));
    }

    /** Returns the refusal of a request, null when it is allowed. Tokens are compared in constant time. */
    @Nullable
    Reply refusal(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        if (path != null && (path.equals(ConsoleRequests.ROOT) || path.startsWith(ConsoleRequests.ROOT + '/'))) {
            return console == StillgateConfig.Console.OFF
                    ? Reply.error(404, "the console is off: see admin.console")
                    : guard.pageRefusal(exchange);
        }
        if (OPEN.contains(path)) {
            return null;
        }
        boolean fromPage = guard.isFromOwnPage(exchange);
        if (fromPage && console != StillgateConfig.Console.OFF && isSignedIn(exchange)) {
            return consoleRefusal(exchange);
        }
        if (secret == null) {
            return guard.refusal(exchange);
        }
        if (hasToken(exchange, secret)) {
            return exchange.getRequestHeaders().containsKey("Origin") && Mutation.changes(exchange)
                    ? BrowserGuard.foreign()
                    : null;
        }
        if (!fromPage) { // a browser would ask for a password
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"stillgate\"");
        }
        return Reply.error(401, "expected the admin's token: authorization: Bearer ...");
    }

    private @Nullable Reply consoleRefusal(HttpExchange exchange) {
        Reply refusal = guard.hostRefusal(exchange);
        if (refusal == null && Mutation.changes(exchange)) {
            return !guard.hasOwnOrigin(exchange)
                    ? BrowserGuard.foreign()
                    : mayWrite() ? null : Reply.error(403, "the console is read-only: see admin.console");
        }
        return refusal;
    }

    /** Returns whether a text is the token. */
    boolean isToken(String text) {
        return secret != null && MessageDigest.isEqual(secret, text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean hasToken(HttpExchange exchange, byte[] secret) {
        Headers fields = exchange.getRequestHeaders();
        List<String> given = fields.get("Authorization");
        if (given == null
                || given.size() != 1
                || !given.getFirst().regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        byte[] token = given.getFirst().substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(secret, token);
    }
}
