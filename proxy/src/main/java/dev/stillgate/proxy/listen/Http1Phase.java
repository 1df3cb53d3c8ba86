package dev.stillgate.proxy.listen;

/** State of a client's HTTP/1.1 connection. Decides how input is read and which timeout applies. */
enum Http1Phase {
    HEAD,
    BODY,
    /** The request is complete and its response is in progress. Further input is buffered. */
    RESPONDING,
    /** The response switched protocols (101). Input is passed through. */
    TUNNEL,
    /** The response announced that the connection closes. Input is discarded. */
    LINGERING
}
