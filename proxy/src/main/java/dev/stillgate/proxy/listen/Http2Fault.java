package dev.stillgate.proxy.listen;

/** A breach of HTTP/2 after which the connection cannot go on (RFC 9113 section 5.4.1). Carries no stack: it is the peer's fault. */
final class Http2Fault extends Exception {
    private static final long serialVersionUID = 1L;
    private final int error;
    private final String code;

    /**
     * A fault.
     *
     * @param error the error code that the peer is told
     * @param code the reason code for metrics
     */
    Http2Fault(int error, String code) {
        super(code, null, false, false);
        this.error = error;
        this.code = code;
    }

    static Http2Fault protocol(String code) {
        return new Http2Fault(Http2Wire.PROTOCOL_ERROR, code);
    }

    static Http2Fault frameSize() {
        return new Http2Fault(Http2Wire.FRAME_SIZE_ERROR, "http2-frame-size");
    }

    static Http2Fault calm(String code) {
        return new Http2Fault(Http2Wire.ENHANCE_YOUR_CALM, code);
    }

    int error() {
        return error;
    }

    String code() {
        return code;
    }
}
