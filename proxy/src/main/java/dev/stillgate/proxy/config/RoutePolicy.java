package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules of the policy's routes that concern single header fields. */
final class RoutePolicy {
    /** A field name (RFC 9110 section 5.6.2) without the underscore, whose fields are never forwarded. */
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^`|~-]{1,256}");

    /** Fields of the message's framing, its connection and its content, without which a body is read wrongly. */
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Fields that the gateway writes itself. */
    private static final Set<String> WRITTEN =
            Set.of("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "x-request-id");

    /** Fields with the credential that the upstream must get. */
    private static final Set<String> CREDENTIALS = Set.of("api-key", "authorization", "x-api-key");

    private RoutePolicy() {}

    /** Rejects names of request fields that a route cannot take out. */
    static void checkDropped(String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).toLowerCase(Locale.ROOT);
            String at = key + "[" + i + "]";
            if (!FIELD.matcher(name).matches()) {
                throw new PolicyException(
                        at, "\"" + names.get(i) + "\" is not a field name: expected one such as x-team, without '_'");
            }
            if (!seen.add(name)) {
                throw new PolicyException(at, "duplicate value " + names.get(i));
            }
            String why = FRAMING.contains(name)
                    ? "belongs to the framing of the message"
                    : WRITTEN.contains(name)
                            ? "is written by the gateway"
                            : CREDENTIALS.contains(name) ? "holds a credential, see accounts.credential" : null;
            if (why != null) {
                throw new PolicyException(at, name + " cannot be dropped: it " + why);
            }
        }
    }
}
