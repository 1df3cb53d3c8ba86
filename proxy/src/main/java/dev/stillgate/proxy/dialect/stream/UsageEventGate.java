package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.Swar;
import java.util.Arrays;

/**
 * Filter that removes the usage event from a stream if only the gateway requested it. All other bytes
 * pass unchanged. Bytes are held back only while an incomplete event may still be the usage event. One instance per
 * stream, which arrives in pieces split at any byte. Not thread-safe.
 *
 * <p>Blank lines and comments between events pass at once. An event over {@value #MOST_HELD} bytes, or whose data does
 * not begin like an object, is not the usage event.
 */
public final class UsageEventGate {
    /** Limit of the held bytes. */
    public static final int MOST_HELD = 4096;

    private static final int FIRST_HELD = 512;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final Matcher events;
    private byte[] held = new byte[0];
    private int heldLength;

    /** Whether the current event has a field, so that it is more than comments. */
    private boolean begun;

    /** Whether the current event is known not to be the usage event. */
    private boolean decided;

    private boolean inLine;
    private boolean comment;
    private boolean afterReturn;
    private boolean afterDropped;

    /** Recogniser of the usage event. Not thread-safe. */
    public interface Matcher {
        /** Returns whether an event is the usage event. */
        boolean matches(byte[] buf, int from, int end);
    }

    /** Receiver of the bytes that pass, in stream order. */
    public interface Out {
        /** Receives bytes that were held back. The array is valid only during the call. */
        void held(byte[] bytes, int length);

        /** Receives the bytes from {@code from} up to {@code to} of the piece being read. */
        void pass(int from, int to);
    }

    /**
     * Creates a gate at the start of a stream.
     *
     * @param events recogniser of the usage event; may be shared by gates on the same thread
     */
    public UsageEventGate(Matcher events) {
        this.events = events;
    }

    /** Returns whether no bytes are held back. */
    public boolean isEmpty() {
        return heldLength == 0;
    }

    /** Reads a piece of the stream. Bytes that pass are delivered before this method returns. */
    public void read(byte[] buf, int off, int len, Out out) {
        int end = off + len;
        int unpassed = off;
        int mark = off; // start of the current event within this piece
        int p = off;
        while (p < end) {
            if (completesCrLf(buf[p])) {
                unpassed += afterDropped ? 1 : 0;
                mark = begun ? mark : p + 1;
                p++;
                continue;
            }
            int stop = Swar.skipLine(buf, p, end);
            beginLine(buf[p], stop > p);
            if (stop == end) {
                break;
            }
            p = stop + 1;
            afterReturn = buf[stop] == '\r';
            if (inLine) {
                begun |= !comment;
            } else if (begun && isUsage(buf, mark, p)) {
                pass(out, unpassed, mark);
                unpassed = p;
                afterDropped = true;
                endEvent();
            } else {
                releaseHeld(out);
                endEvent();
            }
            mark = begun ? mark : p;
            inLine = false;
        }
        hold(buf, unpassed, mark, end, out);
    }

    /** Returns whether a byte is the line feed of a CR LF whose carriage return was already read. */
    private boolean completesCrLf(byte c) {
        boolean pair = afterReturn && c == '\n';
        afterReturn = false;
        afterDropped &= pair;
        return pair;
    }

    private void beginLine(byte first, boolean hasText) {
        if (hasText && !inLine) {
            inLine = true;
            comment = !begun && first == ':';
        }
    }

    private boolean isUsage(byte[] buf, int mark, int end) {
        if (decided || heldLength + end - mark > MOST_HELD) {
            return false;
        }
        if (heldLength == 0) {
            return events.matches(buf, mark, end);
        }
        keep(buf, mark, end);
        boolean usage = events.matches(held, 0, heldLength);
        heldLength -= usage ? heldLength : end - mark;
        return usage;
    }

    private void endEvent() {
        begun = false;
        decided = false;
    }

    /** Passes all complete events of the piece, and holds back an incomplete one unless it is too large. */
    private void hold(byte[] buf, int unpassed, int mark, int end, Out out) {
        if (!decided && (begun || (inLine && !comment))) {
            if (heldLength + end - mark <= MOST_HELD) {
                pass(out, unpassed, mark);
                keep(buf, mark, end);
                decided = isOtherData();
                if (decided) {
                    releaseHeld(out);
                }
                return;
            }
            decided = true;
        }
        releaseHeld(out);
        pass(out, unpassed, end);
    }

    private void keep(byte[] buf, int from, int end) {
        int length = heldLength + end - from;
        if (length > held.length) {
            held = Arrays.copyOf(held, Math.max(FIRST_HELD, Math.max(length, 2 * held.length)));
        }
        System.arraycopy(buf, from, held, heldLength, end - from);
        heldLength = length;
    }

    /** Returns whether the first held line is data that is not an object, such as {@code [DONE]}. */
    private boolean isOtherData() {
        int at = DATA.length;
        if (heldLength <= at || !Arrays.equals(held, 0, at, DATA, 0, at)) {
            return false;
        }
        at += held[at] == ' ' && at + 1 < heldLength ? 1 : 0;
        byte first = held[at];
        return first != '{' && first != ' ' && first != '\t' && first != '\r' && first != '\n';
    }

    private void releaseHeld(Out out) {
        if (heldLength > 0) {
            out.held(held, heldLength);
            heldLength = 0;
        }
    }

    private static void pass(Out out, int from, int to) {
        if (from < to) {
            out.pass(from, to);
        }
    }

    /** Handles the end of the stream. Held bytes pass, unless they are the usage event without its final line end. */
    public void end(Out out) {
        if (heldLength > 0 && events.matches(held, 0, heldLength)) {
            heldLength = 0;
        }
        releaseHeld(out);
    }
}
