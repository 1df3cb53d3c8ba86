package dev.stillgate.proxy.json;

import dev.stillgate.proxy.hash.SipHash;
import dev.stillgate.spi.ContextHashes;

/**
 * Keyed context hashes of response parts: a SipHash over the first UTF-16 code units of a text, four to a word. White
 * space is skipped, because clients trim and wrap the text that they send back. Immutable and thread-safe; {@link
 * #text} returns an incremental hash for text in pieces.
 */
public final class KeyedHashes implements ContextHashes {
    private final long k0;
    private final long k1;

    /** Creates hashes under the key in the first 16 bytes of an array. */
    public KeyedHashes(byte[] key) {
        k0 = SipHash.word(key, 0);
        k1 = SipHash.word(key, 8);
    }

    @Override
    public long ofText(CharSequence text) {
        return hash(text, MIN_TEXT);
    }

    @Override
    public long ofId(CharSequence id) {
        return hash(id, 1);
    }

    private long hash(CharSequence text, int minLength) {
        Running running = new Running(k0, k1);
        for (int i = 0; i < text.length() && !running.full(); i++) {
            running.add(text.charAt(i));
        }
        return running.soFar(minLength);
    }

    /** Returns an incremental hash for a text that arrives in pieces. */
    public Running text() {
        return new Running(k0, k1);
    }

    /** Incremental hash of a text. Reusable after {@link #begin}; not thread-safe. */
    public static final class Running extends SipHash {
        private long word;
        private int count;

        private Running(long k0, long k1) {
            super(k0, k1);
            begin();
        }

        /** Restarts with an empty text. */
        public void begin() {
            restart(0);
            word = 0;
            count = 0;
        }

        /** Returns whether the hash is complete, so that further code units are ignored. */
        public boolean full() {
            return count == TEXT_PREFIX;
        }

        /** Adds a code unit. White space is ignored, as is everything once the hash is full. */
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

        /** Copies the state of a hash under the same key. */
        public void copyFrom(Running other) {
            super.copyFrom(other);
            word = other.word;
            count = other.count;
        }

        /**
         * Returns the hash of the text so far; {@link ContextHashes#NONE} if it has fewer than {@code minLength} code
         * units.
         */
        public long soFar(int minLength) {
            if (count < minLength) {
                return NONE;
            }
            long hash = endingWith(word, count);
            return hash == NONE ? 1 : hash;
        }
    }
}
