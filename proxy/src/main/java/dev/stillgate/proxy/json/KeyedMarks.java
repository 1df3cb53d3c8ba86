package dev.stillgate.proxy.json;

import dev.stillgate.proxy.hash.SipHash;
import dev.stillgate.spi.ContextMarks;

/**
 * The marks of answers' parts: a SipHash over the text's first code units that are no white space, four to a word. White
 * space does not count, because clients trim and wrap what they send back. Immutable and safe for any thread;
 * {@link #text} begins a mark that is made piece by piece.
 */
public final class KeyedMarks implements ContextMarks {
    private final long k0;
    private final long k1;

    /** Marks under the key in the first 16 bytes. */
    public KeyedMarks(byte[] key) {
        k0 = SipHash.word(key, 0);
        k1 = SipHash.word(key, 8);
    }

    @Override
    public long ofText(CharSequence text) {
        return mark(text, MIN_TEXT);
    }

    @Override
    public long ofId(CharSequence id) {
        return mark(id, 1);
    }

    private long mark(CharSequence text, int least) {
        Running running = new Running(k0, k1);
        for (int i = 0; i < text.length() && !running.full(); i++) {
            running.add(text.charAt(i));
        }
        return running.soFar(least);
    }

    /** Returns a mark to be made of a text that comes in pieces. */
    public Running text() {
        return new Running(k0, k1);
    }

    /** A mark in the making; used again after {@link #begin}. */
    public static final class Running extends SipHash {
        private long word;
        private int count;

        private Running(long k0, long k1) {
            super(k0, k1);
            begin();
        }

        /** Forgets what was added. */
        public void begin() {
            restart(0);
            word = 0;
            count = 0;
        }

        /** Returns whether what is added now no longer counts. */
        public boolean full() {
            return count == TEXT_PREFIX;
        }

        /** Adds a code unit, unless it is white space or the mark is full. */
        public void add(char c) {
            if (c <= ' ' || full()) {
                return;
            }
            word |= (long) c << (16 * (count & 3));
            if ((++count & 3) == 0) {
                absorb(word);
                word = 0;
            }
        }

        /** Becomes like another, under the same key. */
        public void set(Running other) {
            become(other);
            word = other.word;
            count = other.count;
        }

        /** Returns the mark of what was added so far, {@link ContextMarks#NONE} of fewer than {@code least} code units. */
        public long soFar(int least) {
            if (count < least) {
                return NONE;
            }
            long mark = endingWith(word, count);
            return mark == NONE ? 1 : mark;
        }
    }
}
