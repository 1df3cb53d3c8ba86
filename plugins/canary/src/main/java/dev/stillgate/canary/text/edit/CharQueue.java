package dev.stillgate.canary.text.edit;

import java.util.Arrays;

/** Growable queue of characters. Not thread-safe. */
final class CharQueue implements CharSequence {
    private static final int CAPACITY = 256;
    private static final int MOST_KEPT = 8192;

    private char[] chars = new char[CAPACITY];
    private int start;
    private int end;

    @Override
    public int length() {
        return end - start;
    }

    @Override
    public char charAt(int index) {
        return chars[start + index];
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new String(chars, start + from, to - from);
    }

    @Override
    public String toString() {
        return new String(chars, start, end - start);
    }

    void clear() {
        start = end = 0;
    }

    void add(char c) {
        if (end == chars.length) {
            chars = Arrays.copyOf(chars, 2 * end);
        }
        chars[end++] = c;
    }

    /** Adds a range of an array. */
    void add(char[] from, int first, int to) {
        reserve(to - first);
        System.arraycopy(from, first, chars, end, to - first);
        end += to - first;
    }

    private void reserve(int count) {
        if (end + count > chars.length) {
            chars = Arrays.copyOf(chars, Math.max(2 * end, end + count));
        }
    }

    /** Empties the queue and releases a large array. */
    void shrink() {
        clear();
        if (chars.length > MOST_KEPT) {
            chars = new char[CAPACITY];
        }
    }

    /** Moves the first characters of another queue to the end of this one. */
    void take(CharQueue from, int count) {
        reserve(count);
        System.arraycopy(from.chars, from.start, chars, end, count);
        end += count;
        from.drop(count);
    }

    /** Removes the first characters. */
    void drop(int count) {
        start += count;
        if (start == end) {
            clear();
        }
    }
}
