package dev.stillgate.proxy.listen;

/** Bytes at the start of a connection that are no header of the PROXY protocol, or not one that can be believed. */
final class BadProxyHeader extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** What is wrong, as metrics name it. */
    BadProxyHeader(String code) {
        super(code, null, false, false);
        this.code = code;
    }

    String code() {
        return code;
    }
}
