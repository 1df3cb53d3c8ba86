package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.ContextHashes;

/**
 * Context hashes of one response, in the order in which its parts begin. The position of an open text is reserved until
 * its hash is known. Not thread-safe.
 */
public final class ResponseHashes {
    public static final int MAX = 16;

    private static final int NOWHERE = -1;

    private final long[] hashes = new long[MAX];
    private int count;
    private int pending = NOWHERE;

    public void clear() {
        count = 0;
        pending = NOWHERE;
    }

    /** Copies the state of another list. */
    public void copyFrom(ResponseHashes other) {
        System.arraycopy(other.hashes, 0, hashes, 0, MAX);
        count = other.count;
        pending = other.pending;
    }

    /** Adds a hash unless it is NONE, a duplicate (some upstreams repeat a call's id) or beyond the limit. */
    public void add(long hash) {
        if (hash != ContextHashes.NONE && count < MAX && !contains(hash)) {
            hashes[count++] = hash;
        }
    }

    private boolean contains(long hash) {
        for (int i = 0; i < count; i++) {
            if (hashes[i] == hash) {
                return true;
            }
        }
        return false;
    }

    /** Reserves a position for the text that begins, unless one is reserved. */
    public void reserve() {
        if (pending == NOWHERE && count < MAX) {
            pending = count;
            hashes[count++] = ContextHashes.NONE;
        }
    }

    /** Sets the hash of the ended text at its reserved position. NONE removes the position. */
    public void settle(long hash) {
        if (pending == NOWHERE) {
            return;
        }
        if (hash == ContextHashes.NONE) {
            count--;
            System.arraycopy(hashes, pending + 1, hashes, pending, count - pending);
        } else {
            hashes[pending] = hash;
        }
        pending = NOWHERE;
    }

    /** Returns the number of hashes, given the current hash of the open text. */
    public int count(long unsettled) {
        return pending != NOWHERE && unsettled == ContextHashes.NONE ? count - 1 : count;
    }

    /** Returns a hash by index, given the current hash of the open text. */
    public long get(int index, long unsettled) {
        if (pending == NOWHERE || index < pending) {
            return hashes[index];
        }
        if (unsettled == ContextHashes.NONE) {
            return hashes[index + 1];
        }
        return index == pending ? unsettled : hashes[index];
    }
}
