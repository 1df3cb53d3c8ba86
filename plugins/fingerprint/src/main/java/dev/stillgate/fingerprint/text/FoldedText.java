package dev.stillgate.fingerprint.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Text folded for comparison: lower case, single spaces, trimmed, without invisible characters; with the
 * {@link Letters} kinds of each character. Low bytes and kinds of eight characters are read at once, so a word takes
 * few steps. Reusable. Not thread-safe.
 */
final class FoldedText {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    /** Number of zero bytes after the text that may be read. */
    private static final int PAD = 32;

    /** Number of letters before an apostrophe inside a word (don't); after fewer letters a new word begins (l'eau). */
    private static final int BEFORE_APOSTROPHE = 3;

    private static final int EIGHT = 8;
    private static final long EACH = 0x0101010101010101L;

    /** Multiplier that gathers the lowest bits of eight bytes in the highest byte of the product. */
    private static final long GATHER = 0x0102040810204080L;

    /** The number of characters. */
    int length;

    private byte[] kinds = new byte[(1 << 10) + PAD];
    private byte[] bytes = new byte[kinds.length];
    private byte[] uppers = new byte[kinds.length];
    private int usedUppers;
    private boolean wide;

    void read(char[] text, int size) {
        if (kinds.length < size + PAD) {
            kinds = new byte[Math.max(size + PAD, 2 * kinds.length)];
            bytes = new byte[kinds.length];
            uppers = new byte[kinds.length];
            usedUppers = 0;
        }
        Arrays.fill(uppers, 0, usedUppers, (byte) 0);
        wide = false;
        int to = fold(text, size);
        length = to > 0 && (kinds[to - 1] & Letters.SPACE) != 0 ? to - 1 : to;
        Arrays.fill(kinds, length, length + PAD, (byte) 0);
        Arrays.fill(bytes, length, length + PAD, (byte) 0);
        usedUppers = wide ? to : 0;
    }

    /** Folds in runs: between dropped characters, the offset from source to target is constant. */
    private int fold(char[] text, int size) {
        int left = 0;
        int before = Letters.SPACE << Letters.KINDS;
        int i = 0;
        while (i < size) {
            i = run(text, i, size, left, before);
            if (i < size) {
                int letter = Letters.of(text[i]);
                if (skips(letter, i - left, i + 1 < size ? text[i + 1] : ' ')) {
                    left++;
                    before = i == left - 1 ? before : kinds[i - left] << Letters.KINDS;
                } else {
                    bytes[i - left] = (byte) letter;
                    uppers[i - left] = (byte) (letter >>> Byte.SIZE);
                    wide |= (letter & Letters.WIDE) != 0;
                    kinds[i - left] = (byte) (letter >>> Letters.KINDS);
                    before = letter;
                }
                i++;
            }
        }
        return size - left;
    }

    /** Folds up to a character that {@link #skips} must decide, and returns its index. */
    private int run(char[] text, int from, int size, int left, int last) {
        byte[] low = bytes;
        byte[] upper = uppers;
        boolean anyWide = false;
        byte[] what = kinds;
        int before = last;
        int i = from;
        for (; i < size; i++) {
            int letter = Letters.of(text[i]);
            int care = (before & (Letters.SPACE << Letters.KINDS)) | Letters.SOFT | Letters.APOSTROPHE;
            if ((letter & care) != 0) {
                break;
            }
            low[i - left] = (byte) letter;
            what[i - left] = (byte) (letter >>> Letters.KINDS);
            if ((letter & Letters.WIDE) != 0) {
                upper[i - left] = (byte) (letter >>> Byte.SIZE);
                anyWide = true;
            }
            before = letter;
        }
        wide |= anyWide;
        return i;
    }

    /** Returns whether a character is dropped: an invisible one, an apostrophe inside a word, a second space. */
    private boolean skips(int letter, int to, char next) {
        if ((letter & Letters.APOSTROPHE) != 0) {
            if (to < BEFORE_APOSTROPHE || (Letters.of(next) & (Letters.WORD << Letters.KINDS)) == 0) {
                return false;
            }
            return (kinds[to - 1] & kinds[to - 2] & kinds[to - BEFORE_APOSTROPHE] & Letters.WORD) != 0;
        }
        if ((letter & Letters.SOFT) == 0 && to > 0) {
            kinds[to - 1] |= (byte) (letter >>> Letters.KINDS);
        }
        return true;
    }

    /** Returns the {@link Letters} kinds of a character; {@code SPACE} outside of the text. */
    int kind(int i) {
        return i < 0 || i >= length ? Letters.SPACE : kinds[i] & 0xff;
    }

    char at(int i) {
        return (char) ((bytes[i] & 0xff) | (uppers[i] & 0xff) << Byte.SIZE);
    }

    /** Returns the upper bytes of eight characters, the first in the lowest bits. */
    long eightUppers(int i) {
        return (long) LONG.get(uppers, i);
    }

    /** Returns the low bytes of eight characters, the first in the lowest bits. */
    long eight(int i) {
        return (long) LONG.get(bytes, i);
    }

    /** Returns the kinds of eight characters, the first in the lowest bits; 0 after the end. */
    long eightKinds(int i) {
        return (long) LONG.get(kinds, i);
    }

    /** Returns a bit for each of 64 characters that is of one of four kinds; a kind of 0 is unused. */
    long which(int from, int first, int second, int third, int fourth) {
        long bits = 0;
        int end = Math.min(Long.SIZE, length - from);
        for (int i = 0; i < end; i += EIGHT) {
            long k = eightKinds(from + i);
            long any = ((k & (EACH * first)) >>> Integer.numberOfTrailingZeros(first))
                    | ((k & (EACH * second)) >>> Integer.numberOfTrailingZeros(second))
                    | ((k & (EACH * third)) >>> Integer.numberOfTrailingZeros(third))
                    | ((k & (EACH * fourth)) >>> Integer.numberOfTrailingZeros(fourth));
            bits |= ((any * GATHER) >>> (Long.SIZE - Byte.SIZE)) << i;
        }
        return bits;
    }

    /** Returns whether a character is part of a word. */
    boolean isWord(int i) {
        return (kind(i) & Letters.WORD) != 0;
    }

    /** Returns the end of the word around a character. */
    int wordEnd(int from) {
        int i = from;
        while (i < length) {
            long others = ~eightKinds(i) & (EACH * Letters.WORD);
            if (others != 0) {
                return i + (Long.numberOfTrailingZeros(others) >>> 3);
            }
            i += EIGHT;
        }
        return length;
    }

    /** Returns the keyed hash of the text, 0 for an empty one. */
    long hash(long seed, long other) {
        if (length == 0) {
            return 0;
        }
        long a = seed ^ length;
        long b = other;
        for (int i = 0; i < length; i += 16) {
            a = TextKey.fold(a ^ eight(i), eight(i + 8) ^ seed);
        }
        for (int i = 0; wide && i < length; i += 16) {
            b = TextKey.fold(b ^ eightUppers(i), eightUppers(i + 8) ^ other);
        }
        return TextKey.notNone(TextKey.fold(a ^ other, b ^ seed));
    }
}
