package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;
import java.time.Duration;

/**
 * Whether a connection on which answers are awaited is still alive. All that is asked goes over one connection, so one that is
 * dead without a word must be found out: after silence the upstream is asked for a sign (RFC 9113 section 6.7).
 */
final class Http2Ping {
    private static final long SILENCE = Duration.ofSeconds(10).toNanos();
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private final Http2Output out;
    private boolean beat = true;
    private boolean asked;
    private long since;
    private int sectionBefore;
    private long sectionSince;

    Http2Ping(Http2Output out) {
        this.out = out;
    }

    /** Something has come. */
    void beats() {
        beat = true;
    }

    /**
     * Looks whether it is dead, and asks when it could be.
     *
     * @param awaited whether anything is to come
     * @param section the stream whose field section has begun and not ended, which nothing may interrupt; 0 for none
     */
    boolean isLost(long now, boolean awaited, int section) {
        if (section == 0 || section != sectionBefore) {
            sectionBefore = section;
            sectionSince = now;
        } else if (now - sectionSince >= PATIENCE) {
            return true;
        }
        if (beat || !awaited) {
            beat = false;
            asked = false;
            since = now;
            return false;
        }
        if (!asked && now - since >= SILENCE) {
            asked = true;
            since = now;
            Http2Wire.ping(out.room(Http2Wire.FRAME_HEAD + 8), 0);
            out.flushSoon();
        }
        return asked && now - since >= PATIENCE;
    }
}
