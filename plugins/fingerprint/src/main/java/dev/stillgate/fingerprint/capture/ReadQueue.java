package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptReaders;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limit on the prompt text that waits to be read in the background, where a long prompt does not delay other requests
 * of its event loop. Text beyond the limit is not read, and counted. Survives policy reloads. Thread-safe.
 */
public final class ReadQueue {
    /** Maximum number of waiting characters. */
    static final long MAX_CHARS = 8 << 20;

    private final PromptReaders readers;
    private final AtomicLong waiting = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    public ReadQueue(PromptReaders readers) {
        this.readers = readers;
    }

    PromptReaders readers() {
        return readers;
    }

    /** Reserves space for a text; returns false and counts the text if there is too little. */
    boolean reserve(int chars) {
        if (waiting.addAndGet(chars) <= MAX_CHARS) {
            return true;
        }
        refuse(chars);
        return false;
    }

    /** Releases the space of a text that will not be read, and counts the text. */
    void refuse(int chars) {
        free(chars);
        refused.increment();
    }

    /** Releases the space of a text that was read. */
    void free(int chars) {
        waiting.addAndGet(-chars);
    }

    /** Returns the number of texts that were not read. */
    public long refused() {
        return refused.sum();
    }
}
