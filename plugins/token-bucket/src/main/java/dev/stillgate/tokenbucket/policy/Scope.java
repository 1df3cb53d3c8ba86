package dev.stillgate.tokenbucket.policy;

/** An attribute by which requests are counted separately; a limit may have several. */
public enum Scope {
    ACCOUNT,
    /** The end user of the account, by the id that the account's own client names. */
    END_USER,
    /** The organisation of the account. An account without an organisation counts as its own. */
    ORGANISATION,
    /** The requested model; models that the upstream has not served yet are counted together. */
    MODEL,
    /** The matched route. */
    ROUTE
}
