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

    private record Known(long asItStands, long hash) {}

    /** Returns the hash of a prompt, 0 when it is not known. */
    long find(long asItStands) {
        int place = place(asItStands);
        Known newest = known.get(place);
        if (newest != null && newest.asItStands == asItStands) {
            return newest.hash;
        }
        Known other = known.get(place + 1);
        return other != null && other.asItStands == asItStands ? other.hash : 0;
    }

    void put(long asItStands, long hash) {
        if (find(asItStands) == 0) {
            int place = place(asItStands);
            known.set(place + 1, known.get(place));
            known.set(place, new Known(asItStands, hash));
        }
    }

    private static int place(long asItStands) {
        return 2 * ((int) (asItStands >>> 32) & (PLACES - 1));
    }
}
