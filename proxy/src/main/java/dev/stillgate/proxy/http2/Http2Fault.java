package dev.stillgate.proxy.http2;

/** A connection error (RFC 9113 section 5.4.1). Has no stack trace: the peer is at fault, not this code. */
public final class Http2Fault extends Exception {
    private static final long serialVersionUID = 1L;
    private final int error;
    private final String code;

    /**
     * Creates the error.
     *
     * @param error the error code for GOAWAY
     * @param code the reason code for metrics
     */
    public Http2Fault(int error, String code) {
        super(code, null, false, false);
        this.error = error;
        this.code = code;
    }

    public static Http2Fault protocol(String code) {
        return new Http2Fault(Http2Wire.PROTOCOL_ERROR, code);
    }

    public static Http2Fault frameSize() {
        return new Http2Fault(Http2Wire.FRAME_SIZE_ERROR, "http2-frame-size");
    }

    public static Http2Fault flowControl() {
        return new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
    }

    public static Http2Fault calm(String code) {
        return new Http2Fault(Http2Wire.ENHANCE_YOUR_CALM, code);
    }

    public int error() {
        return error;
    }

    public String code() {
        return code;
    }
}
