package dev.stillgate.canary.proof;

import java.util.Arrays;

/**
 * Bounded set of sentences, by 64-bit hashes (FNV-1a with a final mix, ignoring case and white space), so that repeated
 * boilerplate counts once. Independent of the key, so the test stays exact. Once full it reports every sentence as
 * seen, which can only lose evidence. Not thread-safe.
 */
final class SeenSentences {
    private static final int SMALL = 1 << 12;

    private final int limit;
    private long[] seen = new long[SMALL];
    private int size;

    /** Creates a set of up to {@code limit} hashes. */
    SeenSentences(int limit) {
        this.limit = limit;
    }

    /** Adds a part of a text; returns whether it is new. */
    boolean isNew(CharSequence text, int from, int to) {
        long hash = hash(text, from, to);
        int slot = slot(hash);
        if (seen[slot] == hash || size >= limit) {
            return false;
        }
        seen[slot] = hash;
        if (++size * 2 > seen.length) {
            grow();
        }
        return true;
    }

    /** Returns whether the set is full. */
    boolean isFull() {
        return size >= limit;
    }

    private int slot(long hash) {
        int slot = (int) (hash >>> 32) & (seen.length - 1);
        while (seen[slot] != 0 && seen[slot] != hash) {
            slot = (slot + 1) & (seen.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] old = seen;
        seen = new long[old.length * 2];
        Arrays.stream(old).filter(hash -> hash != 0).forEach(hash -> seen[slot(hash)] = hash);
    }

    private static long hash(CharSequence text, int from, int to) {
        long hash = 0xcbf29ce484222325L;
        boolean gap = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                gap = hash != 0xcbf29ce484222325L;
                continue;
            }
            if (gap) {
                hash = (hash ^ ' ') * 0x100000001b3L;
                gap = false;
            }
            hash = (hash ^ Character.toLowerCase(c)) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0xd6e8feb86659fd93L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
