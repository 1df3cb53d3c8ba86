package dev.stillgate.canary.sketch;

import dev.stillgate.spi.Ticker;

/** Sketches the responses of one response while their text is served. Not thread-safe. */
public final class ResponseSketcher {
    /** Shingles of the shortest answer that is kept; shorter ones, such as refusals, are common to many accounts. */
    static final int LEAST_SHINGLES = 24;

    private final SketchStore store;
    private final SketchKey key;
    private final String account;
    private final Ticker ticker;
    private final Sketch sketch = new Sketch();

    /**
     * Creates a sketcher.
     *
     * @param account id of the account that is served
     */
    public ResponseSketcher(SketchStore store, SketchKey key, String account, Ticker ticker) {
        this.store = store;
        this.key = key;
        this.account = account;
        this.ticker = ticker;
    }

    /** Returns a reader of a block of the current answer. */
    public ShingleReader block() {
        return ShingleReader.ofServed(key, sketch);
    }

    /**
     * Ends the current answer and begins another.
     *
     * @param delivered whether the text was sent to the client; otherwise its sketch is discarded
     */
    public void end(boolean delivered) {
        if (delivered && sketch.shingles() >= LEAST_SHINGLES) {
            store.add(account, ticker.millis(), key, sketch);
        }
        sketch.clear();
    }
}
