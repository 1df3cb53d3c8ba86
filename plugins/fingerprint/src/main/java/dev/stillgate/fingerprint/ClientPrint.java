package dev.stillgate.fingerprint;

import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Slot;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client's software looks like on the wire, computed once for a connection and its {@code User-Agent}: the names of
 * its header fields in their order, the values that tell its make, and its ClientHello. What proxies, tracing and the
 * request itself add does not count.
 *
 * @param agent the {@code User-Agent} it was made for
 * @param software the first product of it, without a version
 * @param hash keyed hash of names, order and make
 * @param ja4 keyed hash of the JA4, 0 for none
 */
record ClientPrint(@Nullable String agent, String software, long hash, long ja4) {
    private static final int MOST_NAME = 32;

    static ClientPrint of(Exchange exchange, Slot<ClientPrint> slot, Keys keys) {
        ConnectionFacts connection = exchange.connection();
        String agent = exchange.headers().first("user-agent");
        ClientPrint known = connection.get(slot);
        if (known != null && Objects.equals(known.agent, agent)) {
            return known;
        }
        String ja4 = connection.ja4();
        Fields fields = new Fields(keys);
        exchange.headers().forEach(fields::field);
        ClientPrint made = new ClientPrint(
                agent,
                software(agent),
                keys.end(keys.add(fields.hash, agent)),
                ja4 == null ? 0 : keys.end(keys.add(keys.begin(), ja4)));
        connection.set(slot, made);
        return made;
    }

    /** Returns the first product name of a {@code User-Agent}, in lower case, {@code none} without one. */
    static String software(@Nullable String agent) {
        if (agent == null || agent.isBlank()) {
            return "none";
        }
        int end = 0;
        while (end < agent.length() && end < MOST_NAME && isName(agent.charAt(end))) {
            end++;
        }
        return end == 0 ? "other" : agent.substring(0, end).toLowerCase(Locale.ROOT);
    }

    private static boolean isName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    }

    private static final class Fields {
        private final Keys keys;
        private long hash;

        Fields(Keys keys) {
            this.keys = keys;
            this.hash = keys.begin();
        }

        void field(String name, String value) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (belongsToRequest(lower)) {
                return;
            }
            hash = keys.add(hash, lower);
            if (lower.startsWith("x-stainless-") || lower.equals("accept") || lower.equals("accept-encoding")) {
                hash = keys.add(hash, value);
            }
        }

        private static boolean belongsToRequest(String name) {
            return switch (name) {
                case "content-length", "transfer-encoding", "host", "authorization", "x-api-key", "cookie", "via" -> true;
                case "traceparent", "tracestate", "baggage", "forwarded", "expect", "idempotency-key" -> true;
                case "x-stainless-retry-count", "x-stainless-read-timeout", "x-stainless-timeout" -> true;
                default -> name.startsWith("x-forwarded-") || name.contains("request-id") || name.startsWith("x-b3-");
            };
        }
    }
}
