package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.ContextMarks;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The marks of answers' parts: SipHash-2-4 (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012)
 * over the text's first code units that are no white space, four to a word. White space does not count, because clients
 * trim and wrap what they send back. Immutable and safe for any thread; {@link #text} begins a mark that is made piece by
 * piece.
 */
public final class KeyedMarks implements ContextMarks {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private final long k0;
    private final long k1;

    /** Marks under the key in the first 16 bytes. */
    public KeyedMarks(byte[] key) {
        k0 = (long) LONGS.get(key, 0);
        k1 = (long) LONGS.get(key, 8);
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
    Running text() {
        return new Running(k0, k1);
    }

    /** A mark in the making; used again after {@link #begin}. */
    static final class Running {
        private final long k0;
        private final long k1;
        private long v0;
        private long v1;
        private long v2;
        private long v3;
        private long word;
        private int count;

        private Running(long k0, long k1) {
            this.k0 = k0;
            this.k1 = k1;
            begin();
        }

        /** Forgets what was added. */
        void begin() {
            v0 = k0 ^ 0x736f6d6570736575L;
            v1 = k1 ^ 0x646f72616e646f6dL;
            v2 = k0 ^ 0x6c7967656e657261L;
            v3 = k1 ^ 0x7465646279746573L;
            word = 0;
            count = 0;
        }

        /** Returns whether what is added now no longer counts. */
        boolean full() {
            return count == TEXT_PREFIX;
        }

        /** Adds a code unit, unless it is white space or the mark is full. */
        void add(char c) {
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
        void set(Running other) {
            v0 = other.v0;
            v1 = other.v1;
            v2 = other.v2;
            v3 = other.v3;
            word = other.word;
            count = other.count;
        }

        /** Returns the mark of what was added so far, {@link ContextMarks#NONE} of fewer than {@code least} code units. */
        long soFar(int least) {
            if (count < least) {
                return NONE;
            }
            long a = v0;
            long b = v1;
            long c = v2;
            long d = v3;
            long mark = finish();
            v0 = a;
            v1 = b;
            v2 = c;
            v3 = d;
            return mark == NONE ? 1 : mark;
        }

        private long finish() {
            absorb(word);
            absorb(count);
            v2 ^= 0xff;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void absorb(long next) {
            v3 ^= next;
            round();
            round();
            v0 ^= next;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
