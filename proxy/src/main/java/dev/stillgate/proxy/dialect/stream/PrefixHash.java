package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.json.JsonEscape;
import dev.stillgate.proxy.json.KeyedHashes;

/**
 * Incremental context hash of a text in the raw content of one or more JSON strings, in pieces split at any byte.
 * Decodes only the beginning, which determines the hash. Not thread-safe.
 */
public final class PrefixHash {
    private final KeyedHashes.Running running;
    private final JsonEscape escape = new JsonEscape();
    private int point;
    private int following;

    public PrefixHash(KeyedHashes hashes) {
        running = hashes.text();
    }

    /** Restarts with an empty text. */
    public void begin() {
        running.begin();
        endString();
    }

    /** Ends a JSON string and discards an incomplete escape or character. The text may continue in another string. */
    public void endString() {
        escape.clear();
        following = 0;
    }

    /** Copies the state of a hash under the same key. */
    public void copyFrom(PrefixHash other) {
        running.copyFrom(other.running);
        escape.copyFrom(other.escape);
        point = other.point;
        following = other.following;
    }

    /** Returns the hash of the text so far; NONE if it has fewer than {@code minLength} characters. */
    public long soFar(int minLength) {
        return running.soFar(minLength);
    }

    public void add(byte[] buf, int from, int end) {
        for (int p = from; p < end && !running.full(); p++) {
            byte b = buf[p];
            if (escape.isOpen()) {
                int c = escape.read(b);
                if (c >= 0) {
                    running.add((char) c);
                }
            } else if (b == '\\') {
                escape.begin();
            } else if (b >= 0) {
                running.add((char) b);
            } else {
                inSequence(b);
            }
        }
    }

    private void inSequence(byte b) {
        if (b >= (byte) 0xc0) {
            following = b < (byte) 0xe0 ? 1 : b < (byte) 0xf0 ? 2 : 3;
            point = b & (0x3f >> following);
        } else if (following > 0) {
            point = (point << 6) | (b & 0x3f);
            if (--following == 0) {
                addPoint();
            }
        }
    }

    private void addPoint() {
        if (point < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            running.add((char) point);
        } else {
            running.add(Character.highSurrogate(point));
            running.add(Character.lowSurrogate(point));
        }
    }
}
