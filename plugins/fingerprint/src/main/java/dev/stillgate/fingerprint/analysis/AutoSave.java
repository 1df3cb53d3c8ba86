package dev.stillgate.fingerprint.analysis;

import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.function.Predicate;

/** Saves the state every minute if it changed, less often if saving takes long. Thread-safe. */
public final class AutoSave {
    private static final long EVERY = Duration.ofMinutes(1).toNanos();

    /** Saving takes at most one part in so many of the time. */
    private static final int MAX_TIME_FRACTION = 20;

    private final AnalystStore store;
    private final Ticker ticker;
    private final Predicate<AnalystStore> write;
    private long due;

    /**
     * @param store the file
     * @param write writes changed state to the store while the analysis waits; returns whether it did
     */
    public AutoSave(AnalystStore store, Ticker ticker, Predicate<AnalystStore> write) {
        this.store = store;
        this.ticker = ticker;
        this.write = write;
        this.due = ticker.nanos() + EVERY;
    }

    /** Saves the state if a save is due. */
    public synchronized void saveWhenDue() {
        long start = ticker.nanos();
        if (start - due >= 0) {
            save();
            due = ticker.nanos() + Math.max(EVERY, MAX_TIME_FRACTION * (ticker.nanos() - start));
        }
    }

    /** Saves the state. The analysis does not wait for the disk. */
    public synchronized void save() {
        if (write.test(store)) {
            store.commit();
        }
    }
}
