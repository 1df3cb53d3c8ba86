package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.spi.ResponseTap;

/**
 * A text on its way through a tap, in pieces of JSON. A piece that the tap leaves as it is stays as it was written; of others,
 * the text is written anew.
 */
final class ProseRun {
    private static final int PIECE = 4096;

    private final ResponseTap.Prose.Block tap;
    private final long limit;
    private long taken;
    private boolean ended;

    /**
     * A text that begins.
     *
     * @param limit how many characters go through the tap; the rest passes as it came
     */
    ProseRun(ResponseTap.Prose.Block tap, long limit) {
        this.tap = tap;
        this.limit = limit;
    }

    /** Returns how many characters the tap has taken. */
    long taken() {
        return taken;
    }

    boolean ended() {
        return ended;
    }

    /** Takes characters that {@link ProseStrings#end} has found to be whole. */
    void take(byte[] buf, int start, int end, GrownBytes out) {
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
                CharSequence passes = tap.onText(piece);
                if (piece.contentEquals(passes)) {
                    out.add(buf, p, stop);
                } else {
                    out.addText(passes);
                }
            }
            p = stop;
        }
        out.add(buf, p, end);
    }

    /** Ends it: what the tap has held back follows. */
    void end(GrownBytes out) {
        if (!ended) {
            ended = true;
            out.addText(tap.onEnd());
        }
    }
}
