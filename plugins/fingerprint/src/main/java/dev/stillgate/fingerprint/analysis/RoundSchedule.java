package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Decides when accounts are compared again. A round is due after the configured interval if enough exchanges are new, or
 * after twelve hours. Times are in milliseconds since the epoch.
 */
final class RoundSchedule {
    /** One in so many recent exchanges must be new for a round. */
    private static final int NEW_FRACTION = 32;

    private static final long MAX_INTERVAL = 12 * 3_600_000L;
    private static final long HALVING_INTERVAL = 3 * 86_400_000L;

    private long firstMillis = -1;
    private long lastRound = -1;
    private double recent;
    private double fresh;
    private long halvedAt;
    private int compared;

    /** Notes the time of the first exchange; later calls change nothing. */
    void begin(long start) {
        if (firstMillis < 0) {
            firstMillis = start;
            halvedAt = start;
        }
    }

    /** Counts an exchange that rounds read. */
    void count() {
        recent++;
        fresh++;
    }

    /** Returns whether a round is due. The number of recent exchanges is halved every three days. */
    boolean isDue(AnalysisSettings settings, long now) {
        if (fresh == 0 || now - lastRound < settings.regroup().toMillis()) {
            return false;
        }
        while (now - halvedAt > HALVING_INTERVAL) {
            halvedAt += HALVING_INTERVAL;
            recent /= 2;
        }
        return fresh * NEW_FRACTION >= recent || now - lastRound >= MAX_INTERVAL;
    }

    /** Notes that a round starts. */
    void start(long now) {
        lastRound = now;
        fresh = 0;
    }

    /** Notes how many accounts the round compares. */
    void compare(int accounts) {
        compared = accounts;
    }

    /** Returns how many accounts the last round compared. */
    int compared() {
        return compared;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(firstMillis);
        out.writeLong(lastRound);
        out.writeDouble(recent);
        out.writeDouble(fresh);
        out.writeLong(halvedAt);
        out.writeInt(compared);
    }

    void read(DataInput in) throws IOException {
        firstMillis = in.readLong();
        lastRound = in.readLong();
        recent = in.readDouble();
        fresh = in.readDouble();
        halvedAt = in.readLong();
        compared = in.readInt();
    }
}
