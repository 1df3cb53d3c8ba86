package dev.stillgate.tokenbucket.policy;

/** What requests must have in common to be counted together; a limit may name several. */
public enum Scope {
    /** The account. */
    ACCOUNT,
    /** The organisation of the account; an account without one is an organisation of its own. */
    ORGANISATION,
    /** The model asked for; models that the upstream has not yet served are counted together. */
    MODEL,
    /** The route that matched. */
    ROUTE
}
