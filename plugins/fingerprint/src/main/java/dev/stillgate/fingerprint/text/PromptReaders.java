package dev.stillgate.fingerprint.text;

/**
 * Readers of prompts and texts under one key, one of each for a thread. All share one lexicon, which takes milliseconds
 * to build, and the cache of system prompts. Thread-safe.
 */
public final class PromptReaders {
    private final ThreadLocal<PromptReader> prompts;
    private final ThreadLocal<TextReader> texts;

    /**
     * Builds what the readers share.
     *
     * @param secret 32 secret bytes; readers with the same secret produce the same hashes
     */
    public PromptReaders(byte[] secret) {
        TextKey key = new TextKey(secret);
        Lexicon lexicon = new Lexicon(key, WordLists.shipped());
        KnownSystems known = new KnownSystems();
        prompts = ThreadLocal.withInitial(() -> new PromptReader(key, known));
        texts = ThreadLocal.withInitial(() -> new TextReader(key, lexicon, known));
    }

    /** Returns the prompt reader of the current thread. */
    public PromptReader prompts() {
        return prompts.get();
    }

    /** Returns the text reader of the current thread. */
    public TextReader texts() {
        return texts.get();
    }
}
