package dev.stillgate.proxy.relay;

/** Which HTTP an endpoint is spoken to in. */
public enum UpstreamProtocol {
    HTTP1,
    /** Over TLS it is agreed on (ALPN), in clear it is known beforehand (RFC 9113 section 3.3). */
    HTTP2,
    /** Over TLS: HTTP/2 when the endpoint agrees, else HTTP/1.1. */
    AUTO
}
