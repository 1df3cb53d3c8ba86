package dev.stillgate.proxy.config;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a change is over: when what is there has been the same for a while, since an editor writes a file in pieces,
 * and at the latest when it has been changing for long, since a file that never rests must not keep the others waiting.
 *
 * @param <K> what can change
 */
final class Debounce<K> {
    private final long quiet;
    private final long longest;
    private @Nullable Map<K, String> seen;
    private long seenSince;
    private long changingSince;

    /**
     * Nothing is changing yet.
     *
     * @param quiet how long what is there must have been the same
     * @param longest how long a change may take
     */
    Debounce(Duration quiet, Duration longest) {
        this.quiet = quiet.toNanos();
        this.longest = longest.toNanos();
    }

    /**
     * Takes a look; returns whether a change is over and to be acted on.
     *
     * @param known what was acted on last
     * @param there what is there now
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

    /** Returns whether a change is under way, so that the next look should be soon. */
    boolean isChanging() {
        return seen != null;
    }
}
