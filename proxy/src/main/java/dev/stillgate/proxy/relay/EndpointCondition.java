package dev.stillgate.proxy.relay;

/** Availability of an endpoint. Of several reasons against it, the first one here is reported. */
public enum EndpointCondition {
    /** Its health checks fail. */
    UNWELL,
    /** Ejected after failed requests. */
    EJECTED,
    /** Paused at its own request ({@code retry-after}). */
    PAUSED,
    /** Receives requests. */
    AVAILABLE
}
