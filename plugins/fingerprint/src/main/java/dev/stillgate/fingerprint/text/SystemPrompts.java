package dev.stillgate.fingerprint.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks up system prompts on the request path. An unknown prompt is copied for a {@link TextReader}, so that
 * ever-changing prompts do not delay requests. Only the first 48 Ki and the last 16 Ki characters are used. Not
 * thread-safe.
 */
final class SystemPrompts {
    private static final char[] NONE = {};
    private static final int HEAD = 48 << 10;
    private static final int TAIL = NewText.MAX_CHARS - HEAD;

    /** Number of recent strings that are found by string equality, without hashing their characters. */
    private static final int STRINGS = 64;

    private final KnownSystems known;
    private final long seed;
    private final String[] strings = new String[STRINGS];
    private final long[] stringHashes = new long[STRINGS];
    private char[] chars = new char[4 << 10];
    private int length;
    private long rawHash;

    SystemPrompts(TextKey key, KnownSystems known) {
        this.known = known;
        this.seed = key.seed(11);
        Arrays.fill(strings, "");
    }

    /** Returns the features of a prompt, null for an empty or unknown one; {@link #unknown} distinguishes the two. */
    KnownSystems.@Nullable Known find(CharSequence prompt) {
        int size = prompt.length();
        length = 0;
        if (size == 0) {
            return null;
        }
        KnownSystems.Known found = prompt instanceof String text ? findString(text) : null;
        if (found != null) {
            return found;
        }
        copy(prompt, size);
        rawHash = rawHash(size);
        found = known.find(rawHash);
        if (found != null) {
            length = 0;
        }
        if (prompt instanceof String text && size <= NewText.MAX_CHARS) {
            int slot = text.hashCode() & (STRINGS - 1);
            strings[slot] = text;
            stringHashes[slot] = rawHash;
        }
        return found;
    }

    /**
     * Returns the features of a recent string, null for others. The string is usually the same object, which makes the
     * comparison free.
     */
    private KnownSystems.@Nullable Known findString(String prompt) {
        int slot = prompt.hashCode() & (STRINGS - 1);
        rawHash = stringHashes[slot];
        return prompt.equals(strings[slot]) ? known.find(rawHash) : null;
    }

    /** Returns the used characters of the unknown prompt, empty if the prompt was found. */
    char[] unknown() {
        return length == 0 ? NONE : Arrays.copyOf(chars, length);
    }

    /** Returns the keyed hash of that prompt's raw text. */
    long rawHash() {
        return rawHash;
    }

    private void copy(CharSequence prompt, int size) {
        length = Math.min(size, NewText.MAX_CHARS);
        if (chars.length < length) {
            chars = new char[Math.min(NewText.MAX_CHARS, Math.max(length, 2 * chars.length))];
        }
        int head = size <= NewText.MAX_CHARS ? size : HEAD;
        prompt.getChars(0, head, chars, 0);
        if (head < size) {
            prompt.getChars(size - TAIL, size, chars, head);
        }
    }

    private long rawHash(int size) {
        long h = seed ^ size;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            h = TextKey.fold(four(i) ^ h, four(i + 4) ^ seed);
        }
        for (; i < length; i++) {
            h = TextKey.fold(chars[i] ^ h, seed);
        }
        return TextKey.notNone(h);
    }

    private long four(int i) {
        return chars[i] | ((long) chars[i + 1] << 16) | ((long) chars[i + 2] << 32) | ((long) chars[i + 3] << 48);
    }
}
