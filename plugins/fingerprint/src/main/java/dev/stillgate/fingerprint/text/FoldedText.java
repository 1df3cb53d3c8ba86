package dev.stillgate.fingerprint.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A text in lower case, with a single space for any white space, none at its ends, and without what is not seen; beside
 * each character what it is. Four characters, or what eight are, are read at once, so words cost a few steps each.
 */
final class FoldedText {
    private static final VarHandle CHAR = MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    /** What is read past the end, and is nothing there. */
    private static final int PAD = 16;

    /** The letters before an apostrophe that is part of the word (don't); after fewer (l'eau) a word begins. */
    private static final int BEFORE_APOSTROPHE = 3;

    private static final int EIGHT_WORD = 8;

    /** The number of characters. */
    int length;

    private byte[] kinds = new byte[(1 << 10) + PAD];
    private byte[] chars = new byte[2 * kinds.length];

    void read(char[] text, int size) {
        if (kinds.length < size + PAD) {
            kinds = new byte[Math.max(size + PAD, 2 * kinds.length)];
            chars = new byte[2 * kinds.length];
        }
        int to = fold(text, size);
        length = to > 0 && (kinds[to - 1] & Letters.SPACE) != 0 ? to - 1 : to;
        Arrays.fill(kinds, length, length + PAD, (byte) 0);
        Arrays.fill(chars, 2 * length, 2 * (length + PAD), (byte) 0);
    }

    private int fold(char[] text, int size) {
        byte[] out = chars;
        byte[] what = kinds;
        int to = 0;
        int before = Letters.SPACE << Letters.KINDS;
        for (int i = 0; i < size; i++) {
            int letter = Letters.of(text[i]);
            int care = (before & (Letters.SPACE << Letters.KINDS)) | Letters.SOFT | Letters.APOSTROPHE;
            if ((letter & care) != 0 && skips(letter, to, i + 1 < size ? text[i + 1] : ' ')) {
                continue;
            }
            CHAR.set(out, 2 * to, (char) letter);
            what[to] = (byte) (letter >>> Letters.KINDS);
            to++;
            before = letter;
        }
        return to;
    }

    /** Returns whether a character that needs care is left out. */
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

    /** Returns what the character at a place is, as kinds of {@link Letters}; space outside the text. */
    int kind(int i) {
        return i < 0 || i >= length ? Letters.SPACE : kinds[i] & 0xff;
    }

    char at(int i) {
        return (char) CHAR.get(chars, 2 * i);
    }

    /** Returns the four characters from a place, the first in the lowest bits; 0 for those after the end. */
    long four(int i) {
        return (long) LONG.get(chars, 2 * i);
    }

    /** Returns the kinds of the eight characters from a place, the first in the lowest bits; 0 for those after the end. */
    long eightKinds(int i) {
        return (long) LONG.get(kinds, i);
    }

    /** Returns whether a character of a word is at a place. */
    boolean isWord(int i) {
        return (kind(i) & Letters.WORD) != 0;
    }

    /** Returns the end of the word that goes on at a place. */
    int wordEnd(int from) {
        int i = from;
        while (i < length) {
            long others = ~eightKinds(i) & (0x0101010101010101L * Letters.WORD);
            if (others != 0) {
                return i + (Long.numberOfTrailingZeros(others) >>> 3);
            }
            i += EIGHT_WORD;
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
        int i = 0;
        for (; i < length - 8; i += 16) {
            a = TextKey.fold(a ^ four(i), four(i + 4) ^ seed);
            b = TextKey.fold(b ^ four(i + 8), four(i + 12) ^ other);
        }
        a = TextKey.fold(a ^ four(i), four(i + 4) ^ seed);
        return TextKey.notNone(TextKey.fold(a ^ other, b ^ seed));
    }
}
