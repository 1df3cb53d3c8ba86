package dev.stillgate.canary.text.edit;

import java.util.Arrays;

/** Chars that are added at the end and taken from the beginning; the room for them is kept. For one thread. */
final class CharQueue implements CharSequence {
    private static final int ROOM = 256;

    private char[] chars = new char[ROOM];
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

    /** Moves the first chars of others to the end of these. */
    void take(CharQueue from, int count) {
        if (end + count > chars.length) {
            chars = Arrays.copyOf(chars, Math.max(2 * end, end + count));
        }
        System.arraycopy(from.chars, from.start, chars, end, count);
        end += count;
        from.drop(count);
    }

    /** Drops the first chars. */
    void drop(int count) {
        start += count;
        if (start == end) {
            clear();
        }
    }
}
