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
 * Protection of an admin API without a token against requests from web pages. With DNS rebinding, a page maps its own
 * host name to the admin's address, so that the browser treats the admin as the same site. Such a request still carries
 * the page's name in {@code Host}.
 */
final class BrowserGuard {
    private static final String LOCAL = "localhost";

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

    /** Returns the refusal of a request, null when it is allowed. */
    @Nullable
    Reply refusal(HttpExchange exchange) {
        Headers fields = exchange.getRequestHeaders();
        String site = fields.getFirst("Sec-Fetch-Site");
        if (site != null && !site.equals("none")) {
            return Reply.error(403, "requests from web pages are refused");
        }
        for (String host : fields.getOrDefault("Host", List.of())) {
            if (!isKnown(withoutPort(host))) {
                return Reply.error(
                        403,
                        "the host \"" + host + "\" is not known: use an address or localhost, list the name in"
                                + " admin.hosts, or set a token");
            }
        }
        return null;
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
