package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.Swar;
import java.util.Arrays;

/**
 * Keeps from a caller the event that the gateway asked for and the caller did not: the one of a Chat Completions stream
 * that only tells of usage. All other bytes pass as they come; only those of an event that is under way and may still be
 * that one wait for its end. For one stream, which comes in pieces split at any byte.
 *
 * <p>An event is followed line by line. Blank lines and comments between events pass at once; an event that grows over
 * {@value #MOST_HELD} bytes is another, and so is one whose data does not begin like an object.
 */
public final class UsageEventGate {
    /** The most bytes that are held. */
    static final int MOST_HELD = 4096;

    private static final int FIRST_HELD = 512;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final UsageEvents events;
    private byte[] held = new byte[0];
    private int heldLength;
    private boolean begun;
    private boolean decided;
    private boolean inLine;
    private boolean comment;
    private boolean afterReturn;
    private boolean afterDropped;

    /** Where bytes go that pass, in the order of the stream. */
    public interface Out {
        /** Takes bytes that were held; they are the taker's only during the call. */
        void held(byte[] bytes, int length);

        /** Takes the bytes from {@code from} up to {@code to} of the piece that is being read. */
        void pass(int from, int to);
    }

    /**
     * A gate at the start of a stream.
     *
     * @param events what the event is recognised by; may be shared with other gates of the thread
     */
    public UsageEventGate(UsageEvents events) {
        this.events = events;
    }

    /** Returns whether nothing is held. */
    public boolean isEmpty() {
        return heldLength == 0;
    }

    /** Reads on; what passes is handed over before this returns. */
    public void read(byte[] buf, int off, int len, Out out) {
        int end = off + len;
        int unpassed = off;
        int mark = off; // where the event under way begins, or what there is of it in this piece
        int p = off;
        while (p < end) {
            if (startsWithPair(buf[p])) {
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
                letGo(out);
                endEvent();
            }
            mark = begun ? mark : p;
            inLine = false;
        }
        hold(buf, unpassed, mark, end, out);
    }

    /** Returns whether a line feed belongs to the line end before it. */
    private boolean startsWithPair(byte c) {
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

    /** Passes what is decided and keeps the rest of the piece, unless it is too much. */
    private void hold(byte[] buf, int unpassed, int mark, int end, Out out) {
        if (!decided && (begun || (inLine && !comment))) {
            if (heldLength + end - mark <= MOST_HELD) {
                pass(out, unpassed, mark);
                keep(buf, mark, end);
                decided = isHopeless();
                if (decided) {
                    letGo(out);
                }
                return;
            }
            decided = true;
        }
        letGo(out);
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

    /** Returns whether the first line held is data that begins no object, such as {@code [DONE]}. */
    private boolean isHopeless() {
        int at = DATA.length;
        if (heldLength <= at || !Arrays.equals(held, 0, at, DATA, 0, at)) {
            return false;
        }
        at += held[at] == ' ' && at + 1 < heldLength ? 1 : 0;
        byte first = held[at];
        return first != '{' && first != ' ' && first != '\t' && first != '\r' && first != '\n';
    }

    private void letGo(Out out) {
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

    /** The stream has ended, or broken off: what is held passes, unless it is the event, but for its last line end. */
    public void end(Out out) {
        if (heldLength > 0 && events.matches(held, 0, heldLength)) {
            heldLength = 0;
        }
        letGo(out);
    }
}
