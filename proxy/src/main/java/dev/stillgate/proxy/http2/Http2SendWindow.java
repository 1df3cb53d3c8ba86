package dev.stillgate.proxy.http2;

import java.util.ArrayDeque;

/** How much a connection may still send (RFC 9113 section 6.9), and the streams that wait for it, in turn. */
public final class Http2SendWindow {
    /** A stream that has something to send. */
    public interface Sender {
        /** The peer takes so much more on the stream; returns false when that is more than there is. */
        boolean enlarge(long increment);

        /** Writes what the windows let through. */
        void drain();
    }

    private static final int EARNED_BY_FRAME = 2;
    private static final int BYTES_FOR_ONE = 4096;

    private final Http2Output out;
    private final AbuseBudget budget;
    private final ArrayDeque<Sender> waiting = new ArrayDeque<>();
    private long credit = Http2Wire.INITIAL_WINDOW;

    public Http2SendWindow(Http2Output out, AbuseBudget budget) {
        this.out = out;
        this.budget = budget;
    }

    /** Returns how much may be sent now, in bytes. */
    public int credit() {
        return out.isWritable() ? (int) credit : 0;
    }

    /** A DATA frame was written, which the peer may answer with more credit. */
    public void sent(int bytes) {
        credit -= bytes;
        budget.earn(EARNED_BY_FRAME + bytes / BYTES_FOR_ONE);
    }

    /** The peer takes so much more; returns false when that is more than there is. */
    public boolean enlarge(int increment) {
        credit += increment;
        return credit <= Http2Wire.MAX_WINDOW;
    }

    /** The stream could send, and the connection could not. */
    public void await(Sender stream) {
        if (!waiting.contains(stream)) {
            waiting.add(stream);
        }
    }

    /** Lets the streams that wait go on, as far as there is credit. */
    public void resume() {
        for (int left = waiting.size(); left > 0 && credit() > 0 && !waiting.isEmpty(); left--) {
            waiting.removeFirst().drain();
        }
        out.flushSoon();
    }

    public void forget(Sender stream) {
        waiting.remove(stream);
    }
}
