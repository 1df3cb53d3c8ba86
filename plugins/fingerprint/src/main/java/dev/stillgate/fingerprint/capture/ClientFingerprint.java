package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.HeaderOrder;
import dev.stillgate.spi.Headers;
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
 * @param claim keyed hash of what it says it is: the software and, of SDKs, the language and what runs it
 * @param ja4 keyed hash of the JA4, 0 for none
 * @param order keyed hash of the names and order, 0 for none
 * @param preface keyed hash of how HTTP/2 began, 0 for none
 */
record ClientFingerprint(
        @Nullable String agent, String software, long hash, long claim, long ja4, long order, long preface) {
    private static final int MOST_NAME = 32;

    static ClientFingerprint of(Exchange exchange, Slot<ClientFingerprint> slot, FeatureHasher keys) {
        ConnectionFacts connection = exchange.connection();
        String agent = exchange.headers().first("user-agent");
        ClientFingerprint known = connection.get(slot);
        if (known != null && Objects.equals(known.agent, agent)) {
            return known;
        }
        String software = software(agent);
        Fields fields = new Fields(keys);
        exchange.headers().forEach(fields::field);
        ClientFingerprint made = new ClientFingerprint(
                agent,
                software,
                keys.end(keys.add(fields.hash, agent)),
                claim(exchange.headers(), software, keys),
                hash(connection.ja4(), keys),
                connection.headerOrder() == 0 ? 0 : keys.end(keys.add(keys.begin(), connection.headerOrder())),
                hash(connection.preface(), keys));
        connection.set(slot, made);
        return made;
    }

    private static long claim(Headers headers, String software, FeatureHasher keys) {
        long hash = keys.add(keys.begin(), software);
        hash = keys.add(hash, headers.first("x-stainless-lang"));
        return keys.end(keys.add(hash, headers.first("x-stainless-runtime")));
    }

    private static long hash(@Nullable String text, FeatureHasher keys) {
        return text == null ? 0 : keys.end(keys.add(keys.begin(), text));
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
        private final FeatureHasher keys;
        private long hash;

        Fields(FeatureHasher keys) {
            this.keys = keys;
            this.hash = keys.begin();
        }

        void field(String name, String value) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HeaderOrder.isOfSoftware(lower)) {
                return;
            }
            hash = keys.add(hash, lower);
            if (lower.startsWith("x-stainless-") || lower.equals("accept") || lower.equals("accept-encoding")) {
                hash = keys.add(hash, value);
            }
        }
    }
}
