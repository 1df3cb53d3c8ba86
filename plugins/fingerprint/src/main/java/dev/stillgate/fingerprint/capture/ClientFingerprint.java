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
 * Fingerprint of the client's software, computed once for a connection and its {@code User-Agent}: names and order of
 * the header fields, the values that identify the software, and the ClientHello. Header fields that proxies, tracing or
 * the request itself add are ignored.
 *
 * @param agent {@code User-Agent} for which the fingerprint was computed
 * @param software product name of the {@code User-Agent}, without a version
 * @param hash keyed hash of the header field names, their order, the identifying values and the {@code User-Agent}
 * @param claim keyed hash of the software that the client claims to be; of SDKs, with language and runtime
 * @param ja4 keyed hash of the JA4, 0 for none
 * @param order keyed hash of the names and order of the connection's first header fields, 0 for none
 * @param preface keyed hash of how the client began HTTP/2, 0 for none
 */
record ClientFingerprint(
        @Nullable String agent, String software, long hash, long claim, long ja4, long order, long preface) {
    private static final int MAX_NAME = 32;

    static ClientFingerprint of(Exchange exchange, Slot<ClientFingerprint> slot, FeatureHasher hasher) {
        ConnectionFacts connection = exchange.connection();
        String agent = exchange.headers().first("user-agent");
        ClientFingerprint known = connection.get(slot);
        if (known != null && Objects.equals(known.agent, agent)) {
            return known;
        }
        String software = software(agent);
        Fields fields = new Fields(hasher);
        exchange.headers().forEach(fields::field);
        ClientFingerprint made = new ClientFingerprint(
                agent,
                software,
                hasher.end(hasher.add(fields.hash, agent)),
                claim(exchange.headers(), software, hasher),
                hash(connection.ja4(), hasher),
                connection.headerOrder() == 0 ? 0 : hasher.end(hasher.add(hasher.begin(), connection.headerOrder())),
                hash(connection.preface(), hasher));
        connection.set(slot, made);
        return made;
    }

    private static long claim(Headers headers, String software, FeatureHasher hasher) {
        long hash = hasher.add(hasher.begin(), software);
        hash = hasher.add(hash, headers.first("x-stainless-lang"));
        return hasher.end(hasher.add(hash, headers.first("x-stainless-runtime")));
    }

    private static long hash(@Nullable String text, FeatureHasher hasher) {
        return text == null ? 0 : hasher.end(hasher.add(hasher.begin(), text));
    }

    /**
     * Returns the first product name of a {@code User-Agent} in lower case; {@code none} without a {@code User-Agent},
     * {@code other} without a name.
     */
    static String software(@Nullable String agent) {
        if (agent == null || agent.isBlank()) {
            return "none";
        }
        int end = 0;
        while (end < agent.length() && end < MAX_NAME && isName(agent.charAt(end))) {
            end++;
        }
        return end == 0 ? "other" : agent.substring(0, end).toLowerCase(Locale.ROOT);
    }

    private static boolean isName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    }

    private static final class Fields {
        private final FeatureHasher hasher;
        private long hash;

        Fields(FeatureHasher hasher) {
            this.hasher = hasher;
            this.hash = hasher.begin();
        }

        void field(String name, String value) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HeaderOrder.isOfSoftware(lower)) {
                return;
            }
            hash = hasher.add(hash, lower);
            if (lower.startsWith("x-stainless-") || lower.equals("accept") || lower.equals("accept-encoding")) {
                hash = hasher.add(hash, value);
            }
        }
    }
}
