package dev.stillgate.canary.ledger;

import java.util.concurrent.atomic.LongAdder;

/** Numbers of the marked responses in a ledger under one key, and of their sites. Thread-safe. */
public final class MarkedTotals {
    private final LongAdder answers = new LongAdder();
    private final LongAdder sites = new LongAdder();

    MarkedTotals() {}

    /** Counts a response that is on disk. */
    public void add(int answerSites) {
        answers.increment();
        sites.add(answerSites);
    }

    long answers() {
        return answers.sum();
    }

    long sites() {
        return sites.sum();
    }
}
