package dev.stillgate.fingerprint.text;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the features of recent system prompts by the keyed hash of the raw text, since applications send the same
 * prompt with each request. Two-way set associative: a new prompt replaces the older one of its set. Thread-safe.
 */
final class KnownSystems {
    private static final int SLOTS = 1 << 12;

    private final AtomicReferenceArray<@Nullable Known> entries = new AtomicReferenceArray<>(2 * SLOTS);

    /**
     * Features of a system prompt.
     *
     * @param rawHash keyed hash of the unmasked text
     * @param hash keyed hash of the masked text
     * @param shingle see {@link PromptFeatures#systemShingle}
     */
    record Known(long rawHash, long hash, long shingle) {}

    /** Returns the features of a prompt, null for an unknown one. */
    @Nullable
    Known find(long rawHash) {
        int slot = slot(rawHash);
        Known newest = entries.get(slot);
        if (newest != null && newest.rawHash == rawHash) {
            return newest;
        }
        Known older = entries.get(slot + 1);
        return older != null && older.rawHash == rawHash ? older : null;
    }

    void put(Known prompt) {
        if (find(prompt.rawHash) == null) {
            int slot = slot(prompt.rawHash);
            entries.set(slot + 1, entries.get(slot));
            entries.set(slot, prompt);
        }
    }

    private static int slot(long rawHash) {
        return 2 * ((int) (rawHash >>> 32) & (SLOTS - 1));
    }
}
