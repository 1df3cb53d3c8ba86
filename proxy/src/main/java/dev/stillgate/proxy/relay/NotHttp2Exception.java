package dev.stillgate.proxy.relay;

import java.io.IOException;

/** An endpoint does not speak the HTTP/2 that the policy says it does: nothing was sent to it. */
public final class NotHttp2Exception extends IOException {
    private static final long serialVersionUID = 1L;

    NotHttp2Exception(String message) {
        super(message);
    }
}
