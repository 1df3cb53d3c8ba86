package dev.stillgate.fingerprint.text;

/** What is to be read of a prompt, beside its exchange: its new text, and a system prompt that is not known yet. */
public final class UnreadPrompt {
    private static final char[] NO_CHARS = {};

    /** Nothing. */
    public static final UnreadPrompt NONE = new UnreadPrompt(NO_CHARS, NO_CHARS, 0);

    /** The most characters of one. */
    public static final int MOST = 2 * NewText.MOST;

    private final char[] text;
    private final char[] system;
    private final long systemAsItStands;

    /**
     * What is to be read; the arrays are its own from now on.
     *
     * @param text empty for none
     * @param system what counts of the system prompt, empty for none
     * @param systemAsItStands the keyed hash by which it will be known
     */
    UnreadPrompt(char[] text, char[] system, long systemAsItStands) {
        this.text = text;
        this.system = system;
        this.systemAsItStands = systemAsItStands;
    }

    char[] text() {
        return text;
    }

    char[] system() {
        return system;
    }

    long systemAsItStands() {
        return systemAsItStands;
    }

    /** Returns whether there is new text. */
    public boolean hasText() {
        return text.length > 0;
    }

    /** Returns how many characters there are to read. */
    public int chars() {
        return text.length + system.length;
    }
}
