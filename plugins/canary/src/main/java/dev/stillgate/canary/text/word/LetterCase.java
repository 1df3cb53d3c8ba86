package dev.stillgate.canary.text.word;

/** Capitalization of a word. */
public enum LetterCase {
    /** No capital. */
    LOWER,
    /** The first letter is the only capital. */
    CAPITAL,
    /** Any other capitals, as in an acronym. */
    MIXED
}
