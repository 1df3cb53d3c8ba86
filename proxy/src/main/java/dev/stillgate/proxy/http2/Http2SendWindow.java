package dev.stillgate.proxy.http2;

import java.util.ArrayDeque;

/** Send side of a connection's flow control (RFC 9113 section 6.9), and the queue of streams that wait for it. */
public final class Http2SendWindow {
    /** A stream that sends content. */
    public interface Sender {
        /** Enlarges the stream's send window; returns false on overflow. */
        boolean enlarge(long increment);

        /** Writes as much as the windows allow. */
        void drain();
    }

    private static final int CREDIT_PER_FRAME = 2;
    private static final int BYTES_PER_CREDIT = 4096;

    private final Http2Output out;
    private final AbuseBudget abuseBudget;
    private final ArrayDeque<Sender> waiting = new ArrayDeque<>();
    private long credit = Http2Wire.INITIAL_WINDOW;

    public Http2SendWindow(Http2Output out, AbuseBudget abuseBudget) {
        this.out = out;
        this.abuseBudget = abuseBudget;
    }

    /** Returns how many bytes may be sent now. */
    public int credit() {
        return out.isWritable() ? (int) credit : 0;
    }

    /** Consumes the credit of a DATA frame, and allows the peer the WINDOW_UPDATE frames that follow it. */
    public void sent(int bytes) {
        credit -= bytes;
        abuseBudget.earn(CREDIT_PER_FRAME + bytes / BYTES_PER_CREDIT);
    }

    /** Enlarges the window; returns false on overflow (RFC 9113 section 6.9.1). */
    public boolean enlarge(int increment) {
        credit += increment;
        return credit <= Http2Wire.MAX_WINDOW;
    }

    /** Queues a stream that waits for the connection's window. */
    public void enqueue(Sender stream) {
        if (!waiting.contains(stream)) {
            waiting.add(stream);
        }
    }

    /** Resumes waiting streams in order while there is credit. */
    public void resume() {
        for (int left = waiting.size(); left > 0 && credit() > 0 && !waiting.isEmpty(); left--) {
            waiting.removeFirst().drain();
        }
        out.flushSoon();
    }

    public void remove(Sender stream) {
        waiting.remove(stream);
    }
}
