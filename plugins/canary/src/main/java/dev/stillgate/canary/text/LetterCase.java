package dev.stillgate.canary.text;

/** Capital letters of a word. */
enum LetterCase {
    /** No capital. */
    LOWER,
    /** The first letter is the only capital. */
    CAPITAL,
    /** Any other capitals, as in an acronym. */
    MIXED
}
