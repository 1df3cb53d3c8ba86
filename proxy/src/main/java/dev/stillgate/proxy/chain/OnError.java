package dev.stillgate.proxy.chain;

/** What becomes of a request at which an enforcing filter fails. */
public enum OnError {
    /** It goes on as if that filter had allowed it. */
    OPEN,
    /** It is refused. */
    CLOSED
}
