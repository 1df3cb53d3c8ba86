package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Protection of the admin API against requests from other web pages. With DNS rebinding, a page maps its own host name to
 * the admin's address, so that the browser treats the admin as the same site. Such a request still carries the page's
 * name in {@code Host}.
 */
final class BrowserGuard {
    private static final String LOCAL = "localhost";
    private static final String SAME_ORIGIN = "same-origin";

    private final Set<String> names = new TreeSet<>();

    /**
     * Creates a guard.
     *
     * @param names the host names of the admin, in addition to IP addresses and {@code localhost}
     */
    BrowserGuard(List<String> names) {
        this.names.add(LOCAL);
        names.forEach(name -> this.names.add(name.toLowerCase(Locale.ROOT)));
    }

    /** Returns the refusal of a request that no page of the console made, null when it is allowed. */
    @Nullable
    Reply refusal(HttpExchange exchange) {
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        boolean changes = exchange.getRequestHeaders().containsKey("Origin") && Mutation.changes(exchange);
        return changes || (site != null && !site.equals("none")) ? foreign() : hostRefusal(exchange);
    }

    /**
     * Returns the refusal of a request for the console itself, null when it is allowed. A link on another page may lead
     * to the console: the browser then says {@code Sec-Fetch-Mode: navigate}.
     */
    @Nullable
    Reply pageRefusal(HttpExchange exchange) {
        Headers fields = exchange.getRequestHeaders();
        String site = fields.getFirst("Sec-Fetch-Site");
        boolean changes = Mutation.changes(exchange);
        boolean allowed = changes
                ? hasOwnOrigin(exchange)
                : site == null
                        || site.equals("none")
                        || site.equals(SAME_ORIGIN)
                        || "navigate".equals(fields.getFirst("Sec-Fetch-Mode"));
        return allowed ? hostRefusal(exchange) : foreign();
    }

    /**
     * Returns whether a browser made a request for a page of the same origin. Browsers send {@code Sec-Fetch-Site} only
     * over TLS and to the local host; elsewhere the session's cookie, which is strict, tells the same.
     */
    boolean isFromOwnPage(HttpExchange exchange) {
        Headers fields = exchange.getRequestHeaders();
        String site = fields.getFirst("Sec-Fetch-Site");
        return SAME_ORIGIN.equals(site)
                || ((site == null || site.equals("none")) && fields.containsKey("Cookie"))
                || (site == null && hasOwnOrigin(exchange));
    }

    /** Returns whether the only {@code Origin} has the host and port of the only {@code Host}. */
    boolean hasOwnOrigin(HttpExchange exchange) {
        Headers fields = exchange.getRequestHeaders();
        List<String> origins = fields.getOrDefault("Origin", List.of());
        List<String> hosts = fields.getOrDefault("Host", List.of());
        if (origins.size() != 1 || hosts.size() != 1) {
            return false;
        }
        String origin = origins.getFirst();
        int scheme = origin.indexOf("://");
        return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(hosts.getFirst());
    }

    /** Returns the refusal of a name in {@code Host} that is not known, null when all are known. */
    @Nullable
    Reply hostRefusal(HttpExchange exchange) {
        for (String host : exchange.getRequestHeaders().getOrDefault("Host", List.of())) {
            if (!isKnown(withoutPort(host))) {
                return Reply.error(
                        403,
                        "the host \"" + host + "\" is not known: use an address or localhost, list the name in"
                                + " admin.hosts, or send the token");
            }
        }
        return null;
    }

    static Reply foreign() {
        return Reply.error(403, "requests from web pages are refused");
    }

    private static String withoutPort(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? host : host.substring(1, end);
        }
        int colon = host.lastIndexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private boolean isKnown(String host) {
        if (names.contains(host.toLowerCase(Locale.ROOT))) {
            return true;
        }
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }
}
