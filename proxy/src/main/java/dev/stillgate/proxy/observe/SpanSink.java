package dev.stillgate.proxy.observe;

import org.jspecify.annotations.Nullable;

/** Where traces of exchanges go. */
public interface SpanSink {
    /**
     * Returns whether an exchange is traced; costs little.
     *
     * @param traceparent the request's header field, null when it has none
     */
    boolean wants(@Nullable String traceparent);

    /** Takes an exchange that is over, of which {@link #wants} was true; never waits. */
    void take(String traceparent, AccessRecord exchange);
}
