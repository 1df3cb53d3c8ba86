package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptReaders;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The new texts of prompts that wait to be read, off the request path: a long prompt would keep everybody else of its event
 * loop waiting. They are bounded by their characters; what finds no room is not read, and counted. It outlives policies.
 */
public final class ReadQueue {
    /** The most characters that wait. */
    static final long MOST = 8 << 20;

    private final PromptReaders readers;
    private final AtomicLong waiting = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    public ReadQueue(PromptReaders readers) {
        this.readers = readers;
    }

    PromptReaders readers() {
        return readers;
    }

    /** Takes room for a text, or counts that there is none. Any thread. */
    boolean reserve(int chars) {
        if (waiting.addAndGet(chars) <= MOST) {
            return true;
        }
        refuse(chars);
        return false;
    }

    /** Gives room back for a text that will not be read. Any thread. */
    void refuse(int chars) {
        free(chars);
        refused.increment();
    }

    /** Gives room back for a text that was read. Any thread. */
    void free(int chars) {
        waiting.addAndGet(-chars);
    }

    /** Returns how many texts were not read for want of room or time. */
    public long refused() {
        return refused.sum();
    }
}
