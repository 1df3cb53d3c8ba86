package dev.stillgate.spi;

/**
 * Makes the marks by which parts of answers are known again in later prompts: keyed 64-bit hashes, the same on every
 * gateway with the same hashing secret. A mark tells nothing of the text to whoever does not have the secret.
 */
public interface ContextMarks {
    /** No mark: the text is too short to tell one answer from another. */
    long NONE = 0;

    /** The fewest characters of an answer's text, without white space at its ends, that get a mark. */
    int MIN_TEXT = 48;

    /** How many characters of a text count; what follows does not change the mark. */
    int TEXT_PREFIX = 256;

    /** Returns the mark of a text of an assistant's turn, {@link #NONE} for a short one. */
    long ofText(CharSequence text);

    /** Returns the mark of an id that a provider makes (a tool call's, an answer's) or of a seal; {@link #NONE} if empty. */
    long ofId(CharSequence id);
}
