package dev.stillgate.proxy.observe;

import org.jspecify.annotations.Nullable;

/** Receiver of traced exchanges. */
public interface SpanSink {
    /**
     * Returns whether an exchange is traced. Cheap.
     *
     * @param traceparent the request's {@code traceparent} field, null if it has none
     */
    boolean wants(@Nullable String traceparent);

    /** Takes a completed exchange for which {@link #wants} returned true. Never blocks. */
    void take(String traceparent, AccessRecord exchange);
}
