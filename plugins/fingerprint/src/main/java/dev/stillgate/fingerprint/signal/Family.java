package dev.stillgate.fingerprint.signal;

/**
 * Family of evidence. Signals of one family are dependent, so a family counts once; an actor has to evade each family
 * separately.
 */
public enum Family {
    /** What is asked. */
    CONTENT,
    /** When it is asked. */
    TIME,
    /** Which accounts' answers are cited. */
    PROVENANCE,
    /** From which network and with which software it is asked. */
    NETWORK
}
