package dev.stillgate.spi;

/**
 * Computes the marks by which parts of answers are recognised in later prompts: keyed 64-bit hashes, equal on all
 * gateways with the same hashing secret. Without the secret, a mark reveals nothing of the text.
 */
public interface ContextMarks {
    /** No mark, because the text is too short to identify an answer. */
    long NONE = 0;

    /** Least length of a text with a mark, in characters, without leading and trailing white space. */
    int MIN_TEXT = 48;

    /** Number of characters of a text that the mark depends on. */
    int TEXT_PREFIX = 256;

    /** Returns the mark of a text in an assistant message, {@link #NONE} for a short one. */
    long ofText(CharSequence text);

    /** Returns the mark of a provider's id (of a tool call or response) or signature; {@link #NONE} if empty. */
    long ofId(CharSequence id);
}
