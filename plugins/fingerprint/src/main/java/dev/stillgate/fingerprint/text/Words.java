package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * A text as a row of words, numbers, ids and the punctuation that masks may hang on, each with its place and a keyed
 * hash of its lower-case characters. Everything that is told of a text is told from this row, so the characters are
 * looked at once. Used again for text after text; makes nothing but room.
 */
final class Words {
    /** A word. */
    static final byte WORD = 0;

    /** A character that stands for a part of a word, in a script without spaces. */
    static final byte LONE = 1;

    /** A number, date or time, or a word that begins with a digit. */
    static final byte NUMBER = 2;

    /** An id, URL or mail address. */
    static final byte ID = 3;

    /** Punctuation; its hash is the character itself, plus {@link #RUN} for three or more of them. */
    static final byte MARK = 4;

    static final int RUN = 1 << 16;

    private static final int ID_LENGTH = 6;
    private static final int ID_DIGITS = 3;
    private static final int MOST_OF_A_NAME = 8;
    private static final int WHOLE = 8;
    private static final long EACH = 0x0101010101010101L;
    private static final long[] FIRST_FOUR = masks(0);
    private static final long[] SECOND_FOUR = masks(4);

    /** The text. */
    final FoldedText text = new FoldedText();

    long[] hash = new long[256];
    int[] start = new int[256];
    int[] end = new int[256];
    byte[] kind = new byte[256];

    /** How far each entry is into the text, two for a word and one for a character of an unspaced script. */
    int[] place = new int[256];

    /** The number of each entry in the lexicon, once it was looked up. */
    int[] number = new int[256];

    /** The number of entries. */
    int count;

    /** The entries that are punctuation which may mask, and their number. */
    int[] mark = new int[64];

    int marks;

    /** Digits, and letters of other scripts than Latin. */
    int digits;

    int otherScript;

    private final long seed;
    private final long other;
    private final long loneSeed;
    private int at;
    private int soFar;

    Words(TextKey key) {
        seed = key.seed(1);
        other = key.seed(2);
        loneSeed = key.seed(3);
    }

    /** Returns the bits of those of four characters from an index that are among the first n, for n from 0 to 8. */
    private static long[] masks(int from) {
        long[] masks = new long[WHOLE + 1];
        for (int n = 0; n <= WHOLE; n++) {
            int bits = 16 * Math.clamp(n - from, 0, 4);
            masks[n] = bits == 64 ? -1 : (1L << bits) - 1;
        }
        return masks;
    }

    /** Reads a text. */
    void read(char[] chars, int size) {
        text.read(chars, size);
        at = 0;
        soFar = 0;
        count = 0;
        marks = 0;
        digits = 0;
        otherScript = 0;
        int length = text.length;
        while (at < length) {
            long kinds = text.eightKinds(at);
            if ((kinds & Letters.WORD) != 0) {
                word(kinds);
            } else if ((kinds & (Letters.LONE | Letters.MARK | Letters.FENCE | Letters.NEWLINE)) != 0) {
                other((int) kinds);
            } else {
                at++;
            }
        }
    }

    private void word(long kinds) {
        int first = at;
        long others = ~kinds & (EACH * Letters.WORD);
        int size = Long.numberOfTrailingZeros(others) >>> 3;
        long h = TextKey.fold(
                (text.four(first) & FIRST_FOUR[size]) ^ seed, (text.four(first + 4) & SECOND_FOUR[size]) ^ other);
        boolean odd = (kinds & (others - 1) & ~others & (EACH * Letters.ODD)) != 0;
        int stop = first + size;
        if (size == WHOLE && text.isWord(stop)) {
            stop = text.wordEnd(stop);
            h = rest(h, first + WHOLE, stop);
            odd = true;
        }
        add(odd ? tally(first, stop) : WORD, h, first, stop, 2);
        int space = text.kind(stop) == Letters.SPACE ? 1 : 0;
        at = stop + space;
        if (odd || (size == Ids.UUID_HEAD && space == 0)) {
            longer(first, stop);
        }
    }

    /** Returns the hash of a long word: the one of its beginning with the characters after that. */
    private long rest(long beginning, int from, int to) {
        long h = beginning;
        for (int i = from; i < to; i += WHOLE) {
            int size = Math.min(WHOLE, to - i);
            h = TextKey.fold((text.four(i) & FIRST_FOUR[size]) ^ h, (text.four(i + 4) & SECOND_FOUR[size]) ^ other);
        }
        return h;
    }

    /** Makes the last entry longer if it is only the first part of a number or an id. */
    private void longer(int first, int stop) {
        if (stop - first == Ids.UUID_HEAD && Ids.uuid(text, first)) {
            kind[count - 1] = ID;
            swallow(stop, first + Ids.UUID_LENGTH);
        } else if (kind[count - 1] == NUMBER) {
            swallow(stop, Ids.numberEnd(text, stop));
        }
    }

    /** Counts what a word has of digits and other letters, and returns what it is. */
    private byte tally(int from, int to) {
        int numbers = 0;
        for (int i = from; i < to; i++) {
            int letter = text.kind(i);
            numbers += (letter & Letters.DIGIT) == 0 ? 0 : 1;
            otherScript += (letter & (Letters.ODD | Letters.DIGIT)) == Letters.ODD ? 1 : 0;
        }
        digits += numbers;
        if (numbers > 0 && (text.kind(from) & Letters.DIGIT) != 0) {
            return NUMBER;
        }
        return numbers >= ID_DIGITS && to - from >= ID_LENGTH ? ID : WORD;
    }

    private void other(int kinds) {
        int first = at;
        at++;
        if ((kinds & Letters.LONE) != 0) {
            otherScript++;
            add(LONE, TextKey.fold(text.at(first) ^ loneSeed, other), first, at, 1);
        } else if ((kinds & Letters.NEWLINE) != 0) {
            addMark('\n', first);
        } else {
            punctuation(text.at(first), kinds, first);
        }
    }

    private void punctuation(char c, int kinds, int first) {
        if ((kinds & Letters.FENCE) != 0) {
            while (at < text.length && text.at(at) == c) {
                at++;
            }
        }
        int run = at - first;
        if (run >= 3) {
            addMark(c | RUN, first);
        } else if (c == '@') {
            mail(first);
        } else if ((kinds & Letters.MARK) != 0 && (run == 1 || c == '`')) {
            sign(c, first);
        }
    }

    /** Adds punctuation; only what may mask goes on the list of it. */
    private void sign(char c, int first) {
        if (c != ':' && c != '<' && c != '>') {
            addMark(c, first);
            return;
        }
        add(MARK, c, first, at, 0);
        if (c == ':' && Ids.url(text, at)) {
            url();
        }
    }

    private void mail(int first) {
        if (count > 0 && end[count - 1] == first && kind[count - 1] != MARK && text.isWord(at)) {
            count--;
            for (int i = 0; i < MOST_OF_A_NAME && adjoins(count); i++) {
                count--;
            }
            kind[count++] = ID;
            swallow(at, Ids.mailEnd(text, at));
        }
    }

    private void url() {
        count--;
        if (adjoins(count)) {
            count--;
        }
        kind[count++] = ID;
        swallow(at, Ids.urlEnd(text, at));
    }

    /** Returns whether a word before an entry touches it, with at most one character between. */
    private boolean adjoins(int entry) {
        if (entry == 0 || kind[entry - 1] == MARK || kind[entry - 1] == LONE) {
            return false;
        }
        int gap = start[entry] - end[entry - 1];
        return gap == 0 || (gap == 1 && Ids.joins(text.at(end[entry - 1])));
    }

    /** Adds characters to the last entry. */
    private void swallow(int from, int to) {
        for (int i = from; i < to; i++) {
            digits += (text.kind(i) & Letters.DIGIT) == 0 ? 0 : 1;
        }
        end[count - 1] = to;
        at = to;
    }

    private void addMark(int value, int first) {
        if (marks == mark.length) {
            mark = Arrays.copyOf(mark, 2 * marks);
        }
        mark[marks++] = count;
        add(MARK, value, first, at, 0);
    }

    private void add(byte what, long value, int from, int to, int weight) {
        if (count == hash.length) {
            grow();
        }
        int n = count;
        soFar += weight;
        kind[n] = what;
        hash[n] = value;
        start[n] = from;
        end[n] = to;
        place[n] = soFar;
        count = n + 1;
    }

    private void grow() {
        int room = 2 * count;
        hash = Arrays.copyOf(hash, room);
        start = Arrays.copyOf(start, room);
        end = Arrays.copyOf(end, room);
        kind = Arrays.copyOf(kind, room);
        place = Arrays.copyOf(place, room);
        number = new int[room];
    }

    /** Returns the keyed hash of the text but for white space and letter case, 0 for none. */
    long whole() {
        return text.hash(seed, other);
    }
}
