package dev.stillgate.fingerprint.text;

/** Text of a prompt that is still to be analysed: its new text, and its system prompt if that is unknown. */
public final class UnreadPrompt {
    private static final char[] NO_CHARS = {};

    /** An empty text. */
    public static final UnreadPrompt NONE = new UnreadPrompt(NO_CHARS, NO_CHARS, 0);

    /** Maximum number of characters. */
    public static final int MAX_CHARS = 2 * NewText.MAX_CHARS;

    private final char[] text;
    private final char[] system;
    private final long systemRawHash;

    /**
     * Takes ownership of the arrays.
     *
     * @param text new text, empty for none
     * @param system used characters of the system prompt, empty for none
     * @param systemRawHash keyed hash of the system prompt's raw text
     */
    UnreadPrompt(char[] text, char[] system, long systemRawHash) {
        this.text = text;
        this.system = system;
        this.systemRawHash = systemRawHash;
    }

    char[] text() {
        return text;
    }

    char[] system() {
        return system;
    }

    long systemRawHash() {
        return systemRawHash;
    }

    public boolean hasText() {
        return text.length > 0;
    }

    /** Returns the number of characters. */
    public int chars() {
        return text.length + system.length;
    }
}
