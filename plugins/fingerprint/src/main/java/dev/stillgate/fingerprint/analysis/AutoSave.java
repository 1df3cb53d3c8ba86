package dev.stillgate.fingerprint.analysis;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.function.Predicate;

/** Saves what is known: every minute in which something changed, and the more seldom the longer it takes. */
public final class AutoSave {
    private static final long EVERY = Duration.ofMinutes(1).toNanos();

    /** A save takes no more than this part of the time. */
    private static final int SHARE = 20;

    private final AnalystStore files;
    private final Ticker ticker;
    private final Predicate<AnalystStore> write;
    private long due;

    /**
     * A store.
     *
     * @param write writes to the files, while the analysis waits, when there is something new; returns whether it did
     */
    public AutoSave(AnalystStore files, Ticker ticker, Predicate<AnalystStore> write) {
        this.files = files;
        this.ticker = ticker;
        this.write = write;
        this.due = ticker.nanos() + EVERY;
    }

    /** Saves when it is time. */
    public synchronized void saveWhenDue() {
        long start = ticker.nanos();
        if (start - due >= 0) {
            save();
            due = ticker.nanos() + Math.max(EVERY, SHARE * (ticker.nanos() - start));
        }
    }

    /** Saves; the disk is waited for when the analysis goes on already. */
    public synchronized void save() {
        if (write.test(files)) {
            files.commit();
        }
    }
}
