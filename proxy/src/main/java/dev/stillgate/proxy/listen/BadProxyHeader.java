package dev.stillgate.proxy.listen;

/** A missing or invalid PROXY protocol header. */
final class BadProxyHeader extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Creates the exception.
     *
     * @param code the reason code for metrics
     */
    BadProxyHeader(String code) {
        super(code, null, false, false);
        this.code = code;
    }

    String code() {
        return code;
    }
}
