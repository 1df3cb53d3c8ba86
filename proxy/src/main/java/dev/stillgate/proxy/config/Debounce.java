package dev.stillgate.proxy.config;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Detects the end of a change: a set of contents that stayed the same for a while, because an editor writes a file in
 * pieces. A change that goes on for too long also ends, so that one file cannot delay the others. Not thread-safe.
 *
 * @param <K> keys of the contents
 */
final class Debounce<K> {
    private final long quiet;
    private final long longest;
    private @Nullable Map<K, String> seen;
    private long seenSince;
    private long changingSince;

    /**
     * Creates a detector.
     *
     * @param quiet time without change after which a change is over
     * @param longest longest duration of a change
     */
    Debounce(Duration quiet, Duration longest) {
        this.quiet = quiet.toNanos();
        this.longest = longest.toNanos();
    }

    /**
     * Compares contents; returns whether a change is over and must be acted on.
     *
     * @param known contents that were last acted on
     * @param there current contents
     */
    boolean look(Map<K, String> known, Map<K, String> there, long nanos) {
        if (there.equals(known)) {
            seen = null;
            return false;
        }
        if (seen == null) {
            changingSince = nanos;
        }
        if (!there.equals(seen)) {
            seen = there;
            seenSince = nanos;
        }
        if (nanos - seenSince < quiet && nanos - changingSince < longest) {
            return false;
        }
        seen = null;
        return true;
    }

    /** Returns whether a change is in progress, so that the next check should be soon. */
    boolean isChanging() {
        return seen != null;
    }
}
