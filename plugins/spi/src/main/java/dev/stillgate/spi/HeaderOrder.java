package dev.stillgate.spi;

import java.util.Locale;

/**
 * Hash of the names of a request's header fields, in order and as spelt: a property of the client software. Fields of
 * the request itself, its credential, tracing and proxies are left out.
 */
public final class HeaderOrder {
    private static final long BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private HeaderOrder() {}

    /** Returns the hash (FNV-1a, 64 bits), never 0. It is not keyed: any client can send the same names. */
    public static long of(Headers headers) {
        long[] hash = {BASIS};
        headers.forEach((name, value) -> {
            if (isOfSoftware(name.toLowerCase(Locale.ROOT))) {
                hash[0] = add(hash[0], name);
            }
        });
        return hash[0] == 0 ? 1 : hash[0];
    }

    private static long add(long hash, String name) {
        long sum = hash;
        for (int i = 0; i < name.length(); i++) {
            sum = (sum ^ name.charAt(i)) * PRIME;
        }
        return (sum ^ '\n') * PRIME;
    }

    /** Returns whether a field, named in lower case, depends on the client software. */
    public static boolean isOfSoftware(String name) {
        return switch (name) {
            case "content-length", "transfer-encoding", "host", "authorization", "x-api-key", "cookie", "via" -> false;
            case "traceparent", "tracestate", "baggage", "forwarded", "expect", "idempotency-key" -> false;
            case "x-stainless-retry-count", "x-stainless-read-timeout", "x-stainless-timeout" -> false;
            default -> !name.startsWith("x-forwarded-") && !name.contains("request-id") && !name.startsWith("x-b3-");
        };
    }
}
