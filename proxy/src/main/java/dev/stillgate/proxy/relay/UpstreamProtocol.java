package dev.stillgate.proxy.relay;

/** HTTP version used for an endpoint. */
public enum UpstreamProtocol {
    HTTP1,
    /** Negotiated by ALPN over TLS; by prior knowledge in clear text (RFC 9113 section 3.3). */
    HTTP2,
    /** Over TLS: HTTP/2 if ALPN selects it, else HTTP/1.1. */
    AUTO
}
