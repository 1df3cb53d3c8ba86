package dev.stillgate.proxy.relay;

import java.io.IOException;
import javax.net.ssl.SSLException;

/** What the failures of upstream connections are called in log and metrics. */
final class UpstreamFailure {
    private UpstreamFailure() {}

    static String code(Throwable cause) {
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return "upstream-tls";
        }
        return cause instanceof IOException ? "upstream-reset" : "upstream-failed";
    }
}
