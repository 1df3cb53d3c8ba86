package dev.stillgate.spi;

/**
 * Computes the hashes by which parts of responses are recognised in later prompts: keyed 64-bit hashes, equal on all
 * gateways with the same hashing secret. Without the secret, a hash reveals nothing of the text.
 */
public interface ContextHashes {
    /** No hash, because the text is too short to identify a response. */
    long NONE = 0;

    /** Least length of a text with a hash, in characters, without leading and trailing white space. */
    int MIN_TEXT = 48;

    /** Number of characters of a text that the hash depends on. */
    int TEXT_PREFIX = 256;

    /** Returns the hash of a text in an assistant message, {@link #NONE} for a short one. */
    long ofText(CharSequence text);

    /** Returns the hash of a provider's id (of a tool call or response) or signature; {@link #NONE} if empty. */
    long ofId(CharSequence id);
}
