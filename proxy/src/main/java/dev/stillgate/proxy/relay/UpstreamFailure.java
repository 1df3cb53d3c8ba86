package dev.stillgate.proxy.relay;

import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What the failures of upstream connections are called in log and metrics. */
final class UpstreamFailure {
    /** The code of a connection that failed. */
    static final String RESET = "upstream-reset";

    /** The time within which an answer must begin, or end over HTTP/2, on a connection that takes no more of its request. */
    static final long LAST_ANSWER_NANOS = Duration.ofSeconds(2).toNanos();

    private UpstreamFailure() {}

    /** Returns whether a write failed, so that the upstream takes no more; what it has sent may lie unread. */
    static boolean isOfSending(Throwable cause) {
        return cause instanceof ChannelOutputShutdownException || cause instanceof ClosedChannelException;
    }

    static String code(Throwable cause) {
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return "upstream-tls";
        }
        return cause instanceof IOException ? RESET : "upstream-failed";
    }
}
