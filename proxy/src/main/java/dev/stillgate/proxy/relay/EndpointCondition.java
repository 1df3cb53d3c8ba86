package dev.stillgate.proxy.relay;

/** What a server is left alone for, the weightiest reason first. */
public enum EndpointCondition {
    /** It does not answer checks as it should. */
    UNWELL,
    /** It failed at requests. */
    EJECTED,
    /** It asked for that. */
    PAUSED,
    /** It is not. */
    AVAILABLE
}
