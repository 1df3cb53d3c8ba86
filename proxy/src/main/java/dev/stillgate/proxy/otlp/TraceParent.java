package dev.stillgate.proxy.otlp;

import org.jspecify.annotations.Nullable;

/**
 * A client's {@code traceparent} (W3C Trace Context, level 2).
 *
 * @param traceId 32 hex digits, not all 0
 * @param spanId 16 hex digits, not all 0: the client's span
 * @param sampled whether the client records this trace
 */
record TraceParent(String traceId, String spanId, boolean sampled) {
    private static final int LENGTH = 55;

    /** Parses a field; returns null if it is invalid. Fields of later versions may be longer. */
    static @Nullable TraceParent of(@Nullable String field) {
        if (field == null || field.length() < LENGTH || !isHex(field, 0, 2) || field.startsWith("ff")) {
            return null;
        }
        boolean first = field.startsWith("00");
        boolean ends = field.length() == LENGTH || (!first && field.charAt(LENGTH) == '-');
        if (!ends
                || field.charAt(2) != '-'
                || field.charAt(35) != '-'
                || field.charAt(52) != '-'
                || !isHex(field, 3, 35)
                || !isHex(field, 36, 52)
                || !isHex(field, 53, 55)
                || isZero(field, 3, 35)
                || isZero(field, 36, 52)) {
            return null;
        }
        boolean sampled = (Character.digit(field.charAt(54), 16) & 1) == 1;
        return new TraceParent(field.substring(3, 35), field.substring(36, 52), sampled);
    }

    /**
     * Returns whether the trace belongs to a share of all traces, by the last 63 bits of its id, as in OpenTelemetry's
     * ratio-based sampler. The result is the same on every gateway.
     */
    boolean isWithin(double share) {
        long low = Long.parseUnsignedLong(traceId, 16, 32, 16) & Long.MAX_VALUE;
        return share >= 1 || low < (long) (share * Long.MAX_VALUE);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
