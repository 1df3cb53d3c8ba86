package dev.stillgate.fingerprint.text;

/**
 * The readers of prompts of one key: one for each thread, all with one lexicon, which takes milliseconds to make and is
 * made before the first request comes.
 */
public final class PromptReaders {
    private final ThreadLocal<PromptReader> each;

    /**
     * Makes what all readers share.
     *
     * @param key 32 secret bytes: readers of one key give the same hashes
     */
    public PromptReaders(byte[] key) {
        TextKey secret = new TextKey(key);
        Phrases phrases = Phrases.shipped();
        Lexicon lexicon = new Lexicon(secret, phrases);
        each = ThreadLocal.withInitial(() -> new PromptReader(secret, phrases, lexicon));
    }

    /** Returns the reader of the thread that asks. */
    public PromptReader get() {
        return each.get();
    }
}
