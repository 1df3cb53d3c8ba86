package dev.stillgate.fingerprint.text;

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

    /** Punctuation. */
    static final byte MARK = 4;

    /** Added to a mark's character for three or more of it in a row. */
    static final int RUN = 1 << 16;

    private static final long SPREAD = 0x9e3779b97f4a7c15L;
    private static final int ID_LENGTH = 6;
    private static final int ID_DIGITS = 3;
    private static final int MOST_OF_A_NAME = 8;
    private static final int WHOLE = 8;
    private static final long EACH = 0x0101010101010101L;

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

    /** The entries that are in the lexicon, and how many they are. */
    int[] known = new int[256];

    int knownCount;

    /** The number of entries. */
    int count;

    /** The entries that are punctuation which may mask, what each is, and their number. */
    int[] mark = new int[256];

    int[] markIs = new int[256];

    int marks;

    /** Digits, and letters of other scripts than Latin. */
    int digits;

    int otherScript;

    private final long seed;
    private final long other;
    private final long loneSeed;
    private final long oddSeed;
    private int at;
    private int soFar;

    Words(TextKey key) {
        seed = key.seed(1);
        other = key.seed(2);
        loneSeed = key.seed(3);
        oddSeed = key.seed(13);
    }

    /** Reads a text. */
    void read(char[] chars, int size) {
        text.read(chars, size);
        ensureRoom(text.length + 1);
        at = 0;
        soFar = 0;
        count = 0;
        marks = 0;
        digits = 0;
        otherScript = 0;
        long carry = 0;
        for (int block = 0; block < text.length; block += Long.SIZE) {
            long inWords = text.which(block, Letters.WORD, 0, 0, 0);
            long signs = text.which(block, Letters.LONE, Letters.NEWLINE, Letters.MARK, Letters.FENCE);
            entries(block, (inWords & ~((inWords << 1) | carry)) | signs);
            carry = inWords >>> (Long.SIZE - 1);
        }
    }

    /**
     * Takes the entries that begin at some places. Where one begins does not depend on the one before, so a processor works
     * on several at once; words of up to fifteen plain letters, the bulk of most texts, are dealt with here.
     */
    private void entries(int block, long begins) {
        FoldedText from = text;
        long[] hashes = hash;
        int[] starts = start;
        int[] ends = end;
        int[] places = place;
        byte[] kindsOfEntries = kind;
        int n = count;
        int p = soFar;
        long left = begins;
        while (left != 0) {
            int i = block + Long.numberOfTrailingZeros(left);
            left &= left - 1;
            long kinds = from.eightKinds(i);
            long more = from.eightKinds(i + WHOLE);
            long others = ~kinds & (EACH * Letters.WORD);
            long othersOfMore = ~more & (EACH * Letters.WORD);
            long inside = (others - 1) & ~others;
            int size = Long.numberOfTrailingZeros(others) >>> 3;
            long insideMore = (othersOfMore - 1) & ~othersOfMore & -(long) (size >>> 3);
            int sizeOfMore = Long.bitCount(insideMore) >>> 3;
            long odd = ((kinds & inside) | (more & insideMore)) & (EACH * Letters.ODD);
            if (odd != 0 || size == 0 || sizeOfMore == WHOLE || i < at) {
                if (i >= at) {
                    at = i;
                    count = n;
                    soFar = p;
                    other((int) kinds);
                    n = count;
                    p = soFar;
                }
                continue;
            }
            long h = TextKey.fold((from.eight(i) & inside) ^ seed, (from.eight(i + WHOLE) & insideMore) ^ other);
            p += 2;
            hashes[n] = h;
            starts[n] = i;
            ends[n] = i + size + sizeOfMore;
            places[n] = p;
            kindsOfEntries[n] = WORD;
            n++;
        }
        count = n;
        soFar = p;
    }

    /** Takes a word that is long or has characters that are not plain. */
    private void oddWord() {
        int first = at;
        int stop = text.wordEnd(first);
        long h = oddSeed;
        for (int i = first; i < stop; i += WHOLE) {
            long mask = -1L >>> (Long.SIZE - Byte.SIZE * Math.min(WHOLE, stop - i));
            h = TextKey.fold((text.eight(i) & mask) ^ h, (text.eightUppers(i) & mask) ^ other);
        }
        at = stop;
        add(tally(first, stop), h, first, stop, 2);
        if (kind[count - 1] == NUMBER && !uuid(stop)) {
            swallow(stop, Ids.numberEnd(text, stop));
        }
    }

    /** Makes a UUID of the last entry if that is its first part, and returns whether it is. */
    private boolean uuid(int hyphen) {
        int first = hyphen - Ids.UUID_HEAD;
        if (count == 0 || start[count - 1] != first || !Ids.uuid(text, first)) {
            return false;
        }
        kind[count - 1] = ID;
        swallow(hyphen, first + Ids.UUID_LENGTH);
        return true;
    }

    /** Counts what a word has of digits and other letters, and returns what it is. */
    private byte tally(int from, int to) {
        int numbers = 0;
        for (int i = from; i < to; i++) {
            int letter = text.kind(i);
            numbers += (letter & Letters.DIGIT) == 0 ? 0 : 1;
            otherScript += (letter & Letters.DIGIT) == 0 && Letters.isOtherScript(text.at(i)) ? 1 : 0;
        }
        digits += numbers;
        if (numbers > 0 && (text.kind(from) & Letters.DIGIT) != 0) {
            return NUMBER;
        }
        return numbers >= ID_DIGITS && to - from >= ID_LENGTH ? ID : WORD;
    }

    private void other(int kinds) {
        int first = at;
        if ((kinds & Letters.WORD) != 0) {
            oddWord();
            return;
        }
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
        } else if (c == '-') {
            uuid(first);
        } else if ((kinds & Letters.MARK) != 0 && (run == 1 || c == '`')) {
            addMark(c, first);
            if (c == ':' && Ids.url(text, at)) {
                url();
            }
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

    /** Adds punctuation; only what may mask goes on the list of it. */
    private void addMark(int value, int first) {
        listMark(value, count);
        add(MARK, value * SPREAD, first, at, 0);
    }

    private void listMark(int value, int entry) {
        mark[marks] = entry;
        markIs[marks] = value;
        marks += value == '<' || value == '>' || value == ':' ? 0 : 1;
    }

    private void add(byte what, long value, int from, int to, int weight) {
        int n = count;
        soFar += weight;
        kind[n] = what;
        hash[n] = value;
        start[n] = from;
        end[n] = to;
        place[n] = soFar;
        count = n + 1;
    }

    private void ensureRoom(int entries) {
        if (hash.length < entries) {
            int room = Math.max(entries, 2 * hash.length);
            hash = new long[room];
            start = new int[room];
            end = new int[room];
            kind = new byte[room];
            place = new int[room];
            number = new int[room];
            known = new int[room];
            mark = new int[room];
            markIs = new int[room];
        }
    }

    /** Returns the keyed hash of the text but for white space and letter case, 0 for none. */
    long whole() {
        return text.hash(seed, other);
    }
}
