package dev.stillgate.fingerprint.signal;

/**
 * A kind of evidence. Signals of one family depend on each other, so a family speaks once; different families look at
 * different things that an actor would have to give up one by one.
 */
public enum Family {
    /** What is asked. */
    CONTENT,
    /** When it is asked. */
    TIME,
    /** Whose answers come back. */
    PROVENANCE,
    /** Where it comes from, and with which software. */
    NETWORK
}
