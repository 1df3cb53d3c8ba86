package dev.stillgate.fingerprint.likeness;

/** Reason why an account is a reference: an account that is known to be innocent. */
public enum ReferenceKind {
    VERIFIED,
    /** The account drawn for a declared organisation, whose accounts are not independent. */
    ORGANISATION,
    /** Vouched for by an operator, often after suspicion. */
    VOUCHED,
    /** Drawn at random among newcomers, then vouched for. */
    NEWCOMER
}
