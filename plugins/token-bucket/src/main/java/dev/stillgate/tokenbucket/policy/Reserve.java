package dev.stillgate.tokenbucket.policy;

/** The output reserved before a response begins. */
public enum Reserve {
    /** Reserves the requested output, at most the ceiling; a more expensive response leaves a debt. */
    CEILING,
    /** Reserves all of the requested output, so that no response costs more than its reservation. */
    STRICT
}
