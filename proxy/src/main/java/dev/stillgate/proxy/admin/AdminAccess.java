package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.admin.Credentials.AdminOperator;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.console.ConsoleSessions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Access control of the admin API. A request is allowed with a credential in {@code Authorization}, in a session of the
 * console, or without both if no credential is configured; what it may do depends on the role. Health, readiness and the
 * console's static files need none of these. Requests of other web pages are refused, and the console changes something
 * only if it may.
 */
final class AdminAccess extends Authenticator {
    private static final String BEARER = "Bearer ";
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz");

    private final Credentials credentials;
    private final StillgateConfig.Console console;
    private final BrowserGuard guard;
    private final ConsoleSessions<AdminOperator> sessions = new ConsoleSessions<>();

    AdminAccess(Credentials credentials, StillgateConfig.Console console, BrowserGuard guard) {
        this.credentials = credentials;
        this.console = console;
        this.guard = guard;
    }

    Credentials credentials() {
        return credentials;
    }

    ConsoleSessions<AdminOperator> sessions() {
        return sessions;
    }

    /** Returns whether the console has buttons that change something. */
    boolean mayWrite() {
        return console == StillgateConfig.Console.WRITE;
    }

    /** Authenticates a request; {@link #refusal} decides what follows from it. */
    @Override
    public Result authenticate(HttpExchange exchange) {
        return new Success(caller(exchange));
    }

    private Caller caller(HttpExchange exchange) {
        boolean fromPage =
                console != StillgateConfig.Console.OFF && (isConsole(exchange) || guard.isFromOwnPage(exchange));
        if (!credentials.isNeeded()) {
            return Caller.known(Caller.Proof.UNNEEDED, AdminOperator.ANYBODY);
        }
        AdminOperator session =
                fromPage ? sessions.find(exchange.getRequestHeaders().get("Cookie")) : null;
        if (session != null && credentials.isCurrent(session)) {
            return Caller.known(Caller.Proof.SESSION, session);
        }
        List<String> fields = exchange.getRequestHeaders().get("Authorization");
        if (fields == null || isOpen(exchange)) {
            return Caller.unknown(Caller.Proof.ABSENT, null);
        }
        String only = fields.size() == 1 ? fields.getFirst() : "";
        return only.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? credentials.caller(only.substring(BEARER.length()).strip())
                : Caller.unknown(Caller.Proof.WRONG, null);
    }

    private static boolean isConsole(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        return path != null && (path.equals(ConsoleRequests.ROOT) || path.startsWith(ConsoleRequests.ROOT + '/'));
    }

    /** Returns whether a request needs no credential, right or wrong. */
    static boolean isOpen(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        return isConsole(exchange) || (path != null && OPEN.contains(path));
    }

    /** Returns the refusal of an authenticated request, null when it is allowed. */
    @Nullable
    Reply refusal(HttpExchange exchange) {
        if (isConsole(exchange)) {
            return console == StillgateConfig.Console.OFF
                    ? Reply.error(404, "the console is off: see admin.console")
                    : guard.pageRefusal(exchange);
        }
        if (isOpen(exchange)) {
            return null;
        }
        Caller caller = Caller.of(exchange);
        boolean fromPage = guard.isFromOwnPage(exchange);
        Reply refusal = switch (caller.proof()) {
            case SESSION -> consoleRefusal(exchange);
            case UNNEEDED ->
                fromPage && console != StillgateConfig.Console.OFF ? consoleRefusal(exchange) : guard.refusal(exchange);
            case BEARER ->
                exchange.getRequestHeaders().containsKey("Origin") && Mutation.changes(exchange)
                        ? BrowserGuard.foreign()
                        : null;
            case ABSENT, WRONG -> unauthenticated(exchange, caller, fromPage);
        };
        return refusal != null
                ? refusal
                : Permissions.refusal(
                        caller.operator(),
                        Permissions.needed(
                                exchange.getRequestMethod(),
                                exchange.getRequestURI().getRawPath()));
    }

    private Reply unauthenticated(HttpExchange exchange, Caller caller, boolean fromPage) {
        Reply reason = caller.refusal();
        Reply refusal = reason != null ? reason : Reply.error(401, credentials.expected());
        if (refusal.status() == 401 && !fromPage) { // a browser would ask for a password
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"stillgate\"");
        }
        return refusal;
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
}
