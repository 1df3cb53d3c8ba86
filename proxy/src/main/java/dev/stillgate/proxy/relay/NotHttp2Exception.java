package dev.stillgate.proxy.relay;

import java.io.IOException;

/** An endpoint does not speak HTTP/2 although the policy says so. No request was sent to it. */
public final class NotHttp2Exception extends IOException {
    private static final long serialVersionUID = 1L;

    NotHttp2Exception(String message) {
        super(message);
    }
}
