package dev.stillgate.loadtests.campaign.traffic;

/** A measure against detection. Campaigns can combine them. */
public enum Evasion {
    /** Every account also sends ordinary chats. */
    COVER,
    /** Every account uses a different wording of the template. */
    PARAPHRASE,
    /** A residential proxy network with another country for every session. */
    COUNTRIES,
    /** A home address for each account. */
    HOMES,
    /** Every account sends the header fields of another client than its TLS stack. */
    FORGED,
    /** All turns of a conversation use the same account. */
    PINNED,
    /** The template changes every few days. */
    TEMPLATE_CHANGE,
    /** Half of the traffic moves to a new model within a day of its release. This makes detection easier. */
    MODEL_JUMP,
    /** Every account uses a random language. */
    LANGUAGES,
    /** Accounts start one after another. */
    STAGGERED,
    /** Accounts were created long before the campaign. */
    AGED,
    /** Random accounts and exponential gaps instead of round robin at an even pace. */
    RANDOM,
    /** The daily rhythm of people. */
    DAYTIME,
    /** One account processes a block of items, then the next one. */
    SESSIONS,
    /** Every account has its own schedule and processes a block of items at a time. */
    OWN_TIMES,
    /** Accounts are replaced after a few days. */
    CHURN,
    /** Random accounts with very different shares. */
    UNEVEN,
    /**
     * A relay deals the conversations of several people: the least recently used account, for an hour the same one, and
     * one client for all accounts, as in claude-relay-service ({@code unifiedClaudeScheduler.js}).
     */
    RELAYED
}
