package dev.stillgate.proxy.relay;

import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Reason codes of failed upstream connections, for logs and metrics. */
final class UpstreamFailure {
    /** Reason code of a reset connection. */
    static final String RESET = "upstream-reset";

    /**
     * After the upstream stopped accepting a request: how long its response may take to start, or to complete over
     * HTTP/2.
     */
    static final long LAST_RESPONSE_NANOS = Duration.ofSeconds(2).toNanos();

    private UpstreamFailure() {}

    /** Returns whether a write failed. The upstream accepts no more, but its response may be unread. */
    static boolean isWriteFailure(Throwable cause) {
        return cause instanceof ChannelOutputShutdownException || cause instanceof ClosedChannelException;
    }

    static String code(Throwable cause) {
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return "upstream-tls";
        }
        return cause instanceof IOException ? RESET : "upstream-failed";
    }
}
