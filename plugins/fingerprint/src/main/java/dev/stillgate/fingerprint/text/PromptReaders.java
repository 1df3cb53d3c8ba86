package dev.stillgate.fingerprint.text;

/**
 * The readers of prompts and of their texts under one key: one for each thread, all with one lexicon, which takes
 * milliseconds to make and is made before the first request comes, and with the same known system prompts.
 */
public final class PromptReaders {
    private final ThreadLocal<PromptReader> prompts;
    private final ThreadLocal<TextReader> texts;

    /**
     * Makes what all readers share.
     *
     * @param key 32 secret bytes: readers of one key give the same hashes
     */
    public PromptReaders(byte[] key) {
        this(new TextKey(key), Phrases.shipped());
    }

    PromptReaders(TextKey key, Phrases phrases) {
        Lexicon lexicon = new Lexicon(key, phrases);
        KnownSystems known = new KnownSystems();
        prompts = ThreadLocal.withInitial(() -> new PromptReader(key, known));
        texts = ThreadLocal.withInitial(() -> new TextReader(key, phrases, lexicon, known));
    }

    /** Returns the reader of prompts of the thread that asks. */
    public PromptReader prompts() {
        return prompts.get();
    }

    /** Returns the reader of texts of the thread that asks. */
    public TextReader texts() {
        return texts.get();
    }
}
