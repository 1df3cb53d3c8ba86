package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamPool.NotHttp2Exception;
import dev.stillgate.spi.Verdict;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import javax.net.ssl.SSLException;

/**
 * The result of an exchange whose connection to the upstream could not be opened.
 *
 * @param kind the kind of the gateway's response
 * @param code the reason code
 */
record ConnectFailure(Verdict.Kind kind, String code) {
    /** No connection within the time for it. */
    static final ConnectFailure LATE = new ConnectFailure(Verdict.Kind.GATEWAY_TIMEOUT, "connect-timeout");

    static ConnectFailure of(Throwable cause) {
        if (cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException) {
            return LATE;
        }
        String code = cause instanceof NotHttp2Exception
                ? "upstream-not-http2"
                : cause instanceof SSLException ? "upstream-tls" : "connect-failed";
        return new ConnectFailure(Verdict.Kind.BAD_GATEWAY, code);
    }
}
