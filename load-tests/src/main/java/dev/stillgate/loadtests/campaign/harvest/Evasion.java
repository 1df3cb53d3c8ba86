package dev.stillgate.loadtests.campaign.harvest;

/** What a campaign does in order not to be seen; any of them go together. */
public enum Evasion {
    /** Ordinary chats in between, on every account. */
    COVER,
    /** Another wording of the template for every account. */
    PARAPHRASE,
    /** Homes all over the world, another for every request. */
    COUNTRIES,
    /** Homes of strangers, one for each account. */
    HOMES,
    /** Every account claims another client than the one that is used. */
    FORGED,
    /** A conversation stays with the account that began it. */
    PINNED,
    /** Another template every few days. */
    TEMPLATE_CHANGE,
    /** Half of the traffic moves to a new model within a day of its release. This betrays rather than hides. */
    MODEL_JUMP,
    /** Every account asks in a language of its own. */
    LANGUAGES,
    /** Accounts come one after another rather than together. */
    STAGGERED,
    /** Accounts that were opened long before. */
    AGED,
    /** Accounts drawn at random at times of chance, rather than in turn at an even pace. */
    RANDOM,
    /** Days and nights like those of people. */
    DAYTIME,
    /** One account works through a block of items at once, then the next one takes over. */
    SESSIONS,
    /** Every account comes at times of its own, and works through a block of items at once. */
    OWN_TIMES,
    /** Accounts are given up after a few days, and others take their place. */
    CHURN,
    /** Accounts have shares of very different sizes, and are drawn at random. */
    UNEVEN
}
