package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * A text as a row of words, numbers, ids and the punctuation that masks may hang on, each with its place and a keyed
 * hash of its lower-case characters. Everything that is told of a text is told from this row, so the characters are
 * looked at once. Used again for text after text; makes nothing but room.
 *
 * <p>A word is at most {@link #LONGEST} characters, so the hash may be a polynomial in a secret number: those that work
 * for every such number (Thue-Morse texts, as in Pachocki and Radoszewski, Olympiads in Informatics 7, 2013) take a
 * thousand.
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

    /** The most characters of a word; the rest is the next word. */
    static final int LONGEST = 64;

    private static final int ID_LENGTH = 6;
    private static final int ID_DIGITS = 3;
    private static final int ELIDED = 2;
    private static final int MOST_OF_A_NAME = 8;
    private static final int[] LETTERS = Letters.table();

    long[] hash = new long[256];
    int[] start = new int[256];
    int[] end = new int[256];
    byte[] kind = new byte[256];

    /** The number of each entry in the lexicon, once it was looked up. */
    int[] number = new int[256];

    /** The number of entries. */
    int count;

    /** Digits, and letters of other scripts than Latin. */
    int digits;

    int otherScript;

    private final long odd;
    private final long wordSeed;
    private final long loneSeed;
    private final long wholeSeed;
    private char[] text = new char[0];
    private int length;
    private int at;
    private long whole;

    Words(TextKey key) {
        odd = key.odd;
        wordSeed = key.seed(1);
        loneSeed = key.seed(2);
        wholeSeed = key.seed(3);
    }

    /** Reads a text. */
    void read(char[] chars, int size) {
        text = chars;
        length = size;
        at = 0;
        count = 0;
        digits = 0;
        otherScript = 0;
        whole = wholeSeed;
        while (at < length) {
            int letter = LETTERS[text[at]];
            if ((letter & Letters.WORD) != 0) {
                word();
            } else if ((letter & (Letters.LONE | Letters.MARK | Letters.FENCE)) != 0) {
                other(letter);
            } else if ((letter & (Letters.SPACE | Letters.SOFT)) == 0) {
                punctuation(letter);
            } else {
                at++;
            }
        }
    }

    /** Returns the keyed hash of all but white space and letter case, 0 when there is nothing else. */
    long whole() {
        return whole == wholeSeed ? 0 : TextKey.notNone(whole);
    }

    private void word() {
        int first = at;
        int i = first;
        int last = Math.min(length, first + LONGEST);
        int kinds = 0;
        long h = wordSeed;
        while (i < last) {
            int letter = LETTERS[text[i]];
            if ((letter & Letters.WORD) != 0) {
                h = (h + (letter & 0xffff)) * odd;
                kinds |= letter;
            } else if (!passesOver(letter, first, i)) {
                break;
            }
            i++;
        }
        byte what = WORD;
        if ((kinds & (Letters.DIGIT | Letters.OTHER_SCRIPT)) != 0) {
            what = tally(first, i);
        }
        at = i;
        add(what, TextKey.fold(h, wordSeed), first, i);
        if (i - first == Ids.UUID_HEAD && Ids.uuid(text, first, length)) {
            swallow(first + Ids.UUID_LENGTH);
        } else if (what == NUMBER) {
            swallow(Ids.numberEnd(text, i, length));
        }
    }

    /** Returns whether a character inside a word is not seen: an apostrophe, but one after what was cut short. */
    private boolean passesOver(int letter, int first, int i) {
        char c = text[i];
        if (c == '\'' || c == '’') {
            return i - first > ELIDED && i + 1 < length && (LETTERS[text[i + 1]] & Letters.WORD) != 0;
        }
        return (letter & Letters.SOFT) != 0;
    }

    /** Counts what a word has of digits and other letters, and returns what it is. */
    private byte tally(int from, int to) {
        int numbers = 0;
        for (int i = from; i < to; i++) {
            int letter = LETTERS[text[i]];
            numbers += (letter & Letters.DIGIT) == 0 ? 0 : 1;
            otherScript += (letter & Letters.OTHER_SCRIPT) == 0 ? 0 : 1;
        }
        digits += numbers;
        if (numbers > 0 && (LETTERS[text[from]] & Letters.DIGIT) != 0) {
            return NUMBER;
        }
        return numbers >= ID_DIGITS && to - from >= ID_LENGTH ? ID : WORD;
    }

    private void other(int letter) {
        int first = at;
        char c = (char) letter;
        if ((letter & Letters.LONE) != 0) {
            otherScript++;
            at++;
            add(LONE, TextKey.fold(c ^ loneSeed, odd), first, at);
            return;
        }
        int i = first + 1;
        if ((letter & Letters.FENCE) != 0) {
            while (i < length && text[i] == c) {
                i++;
            }
        }
        boolean run = i - first >= 3;
        at = i;
        if (i - first == 2 && (c == '"' || c == '\'')) {
            whole = TextKey.fold(whole ^ c, wholeSeed);
        } else if (run || (letter & Letters.MARK) != 0) {
            add(MARK, run ? c | RUN : c, first, i);
            if (c == ':' && Ids.url(text, i, length)) {
                count -= adjoins(count - 1) ? 2 : 1;
                idUpTo(i, Ids.urlEnd(text, i, length));
            }
        } else {
            at = first;
            punctuation(letter);
        }
    }

    private void punctuation(int letter) {
        char c = (char) letter;
        whole = TextKey.fold(whole ^ c, wholeSeed);
        if (c == '@' && Ids.isWord(text, at + 1, length) && count > 0 && end[count - 1] == at) {
            count--;
            for (int i = 0; i < MOST_OF_A_NAME && adjoins(count); i++) {
                count--;
            }
            idUpTo(at + 1, Ids.mailEnd(text, at + 1, length));
        } else {
            at++;
        }
    }

    /** Returns whether the entry before one touches it, with at most one character between. */
    private boolean adjoins(int entry) {
        return entry > 0
                && kind[entry - 1] != MARK
                && kind[entry - 1] != LONE
                && (start[entry] == end[entry - 1]
                        || (start[entry] == end[entry - 1] + 1 && Ids.joins(text[end[entry - 1]])));
    }

    /** Makes one id of the entry after the last and everything up to a place, of which the first part is known. */
    private void idUpTo(int known, int to) {
        kind[count] = ID;
        end[count] = known;
        count++;
        swallow(to);
    }

    /** Adds characters up to a place to the last entry. */
    private void swallow(int to) {
        for (int i = end[count - 1]; i < to; i++) {
            int letter = LETTERS[text[i]];
            digits += (letter & Letters.DIGIT) == 0 ? 0 : 1;
            whole = TextKey.fold(whole ^ (letter & 0xffff), wholeSeed);
        }
        end[count - 1] = to;
        at = to;
    }

    /** Adds an entry. */
    private void add(byte what, long value, int from, int to) {
        if (count == hash.length) {
            grow();
        }
        int n = count;
        kind[n] = what;
        hash[n] = value;
        start[n] = from;
        end[n] = to;
        count = n + 1;
        if (value != '\n') {
            whole = TextKey.fold(whole ^ value, wholeSeed);
        }
    }

    private void grow() {
        int room = 2 * count;
        hash = Arrays.copyOf(hash, room);
        start = Arrays.copyOf(start, room);
        end = Arrays.copyOf(end, room);
        kind = Arrays.copyOf(kind, room);
    }
}
