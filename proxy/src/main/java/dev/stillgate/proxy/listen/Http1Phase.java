package dev.stillgate.proxy.listen;

/** What an HTTP/1.1 connection from a caller is at: what it makes of the next bytes, and what it waits for. */
enum Http1Phase {
    HEAD,
    BODY,
    /** The request is whole and its answer is under way; what arrives waits. */
    ANSWERING,
    /** The answer has changed the protocol: what arrives is no HTTP and passes. */
    TUNNEL,
    /** The answer said that the connection closes; what arrives is thrown away. */
    LINGERING
}
