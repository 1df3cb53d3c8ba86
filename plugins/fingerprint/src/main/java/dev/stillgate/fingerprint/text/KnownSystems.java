package dev.stillgate.fingerprint.text;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of system prompts that were read lately, by a keyed hash of what they are as they stand: applications send the
 * same one again and again. Any thread; the newest two of each place are kept.
 */
final class KnownSystems {
    private static final int PLACES = 1 << 12;

    private final AtomicReferenceArray<@Nullable Known> known = new AtomicReferenceArray<>(2 * PLACES);

    /**
     * What is known of a prompt.
     *
     * @param hash of what it says, its variable parts masked
     * @param like of what it has in common with others of its template
     */
    record Known(long asItStands, long hash, long like) {}

    /** Returns what is known of a prompt, null for nothing. */
    @Nullable
    Known find(long asItStands) {
        int place = place(asItStands);
        Known newest = known.get(place);
        if (newest != null && newest.asItStands == asItStands) {
            return newest;
        }
        Known other = known.get(place + 1);
        return other != null && other.asItStands == asItStands ? other : null;
    }

    void put(Known prompt) {
        if (find(prompt.asItStands) == null) {
            int place = place(prompt.asItStands);
            known.set(place + 1, known.get(place));
            known.set(place, prompt);
        }
    }

    private static int place(long asItStands) {
        return 2 * ((int) (asItStands >>> 32) & (PLACES - 1));
    }
}
