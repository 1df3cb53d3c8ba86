package dev.stillgate.fingerprint.signal;

/**
 * Family of evidence. Signals of one family are dependent, so a family counts once; an actor has to evade each family
 * separately.
 */
public enum Family {
    /** Content of the requests. */
    CONTENT,
    /** Times of the requests. */
    TIME,
    /** Networks and client software of the requests. */
    NETWORK
}
