package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.ResponseTap;

/**
 * Passes the text of one block through a tap, in pieces of raw JSON string content. A piece that the tap does not
 * change keeps its original bytes; a changed one is encoded again.
 */
public final class ProseRun {
    private static final int PIECE = 4096;

    private final ResponseTap.Prose.Block tap;
    private final long limit;
    private long taken;
    private boolean ended;

    /**
     * Creates a run at the start of a text.
     *
     * @param limit number of characters that pass through the tap; the rest passes unchanged
     */
    public ProseRun(ResponseTap.Prose.Block tap, long limit) {
        this.tap = tap;
        this.limit = limit;
    }

    /** Returns the number of characters that were passed to the tap. */
    public long taken() {
        return taken;
    }

    public boolean ended() {
        return ended;
    }

    /** Passes on a range of complete characters, as checked by {@link ProseStrings#end}. */
    public void take(byte[] buf, int start, int end, GrownBytes out) {
        int p = start;
        while (p < end && !ended) {
            int stop = end - p <= PIECE ? end : ProseStrings.end(buf, p, p + PIECE, false);
            String piece = ProseStrings.decode(buf, p, stop);
            if (taken + piece.length() > limit) {
                int within = (int) (limit - taken);
                taken = limit;
                out.addText(tap.onText(piece.substring(0, within)));
                end(out);
                out.addText(piece.substring(within));
            } else {
                taken += piece.length();
                CharSequence edited = tap.onText(piece);
                if (piece.contentEquals(edited)) {
                    out.add(buf, p, stop);
                } else {
                    out.addText(edited);
                }
            }
            p = stop;
        }
        out.add(buf, p, end);
    }

    /** Ends the text and writes what the tap has held back. */
    public void end(GrownBytes out) {
        if (!ended) {
            ended = true;
            out.addText(tap.onEnd());
        }
    }
}
